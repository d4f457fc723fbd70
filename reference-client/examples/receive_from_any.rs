//! One listener for messages from any client, and one for the first of them.
//!
//! In dialect `v1`, where a message says who sent it.
//!
//! ```console
//! $ cargo run -p sio-p2p-server -- --listen 127.0.0.1:3000
//! $ cargo run -p sio-p2p-client --example receive_from_any -- http://localhost:3000
//! ```

use std::error::Error;

use sio_p2p_client::{Client, Dialect, ListenOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:3000".to_owned());
    let connect = |id| Client::builder(&url, id).dialect(Dialect::V1).connect();

    let target = connect("target").await?;
    let mut any = target.listen("test-event")?;
    let mut once = target.listen_with("test-event", ListenOptions::default().once())?;

    for id in ["source1", "source2"] {
        let source = connect(id).await?;
        source.emit_to("target", "test-event", "hello").await?;
        if let Some(message) = any.next().await {
            let sender = message.source().ok_or("a message without a source")?;
            println!("from {sender}: {}", message.parse::<String>()?);
        }
        // Goodbye comes behind everything that was sent.
        source.close().await;
    }

    while let Some(message) = once.next().await {
        let sender = message.source().ok_or("a message without a source")?;
        println!("this happens only once, from {sender}");
    }
    target.close().await;
    Ok(())
}
