//! Messages from one client to another, with and without an answer.
//!
//! ```console
//! $ cargo run -p sio-p2p-server -- --listen 127.0.0.1:3000
//! $ cargo run -p sio-p2p-client --example send_messages -- http://localhost:3000
//! ```

use std::error::Error;

use sio_p2p_client::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:3000".to_owned());

    let target = Client::builder(&url, "target").connect().await?;
    let mut messages = target.listen("test-event")?;
    let mut additions = target.target_events();

    let source = Client::builder(&url, "source").connect().await?;
    let mut errors = source.server_errors();

    // Without an answer. Nobody tells whether it arrived, only that it could not.
    source.emit_to("target", "test-event", "a payload").await?;
    if let Some(message) = messages.next().await {
        println!("target received: {}", message.parse::<String>()?);
    }
    source.emit_to("another-client", "test-event", ()).await?;
    if let Some(error) = errors.next().await {
        println!("server said: {}", error.text);
    }

    // To add a target is to be told when it leaves, and to tell it who one is.
    source.add_target("target").await?;
    if let Some(addition) = additions.next().await {
        println!("target learned: {addition:?}");
    }

    // With an answer, any number of values each way.
    let (question, answer) = tokio::join!(
        source.request_to::<(String, u32)>("target", "test-event", ("a question", 41)),
        async {
            let question = messages.next().await?;
            let (text, number): (String, u32) = question.parse().ok()?;
            println!("target was asked: {text}, {number}");
            question.answer(("an answer", number + 1)).await.ok()
        }
    );
    answer.ok_or("the target did not answer")?;
    let (text, number) = question?;
    println!("source got: {text}, {number}");

    source.close().await;
    target.close().await;
    Ok(())
}
