//! Listeners end by being dropped or by name, each for itself.
//!
//! In dialect `v1`, where one can listen to a single client.
//!
//! ```console
//! $ cargo run -p sio-p2p-server -- --listen 127.0.0.1:3000
//! $ cargo run -p sio-p2p-client --example remove_listeners -- http://localhost:3000
//! ```

use std::error::Error;

use sio_p2p_client::{Client, Dialect, ListenOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:3000".to_owned());
    let connect = |id| Client::builder(&url, id).dialect(Dialect::V1).connect();
    let (source, target) = (connect("source").await?, connect("target").await?);

    let mut from_source = target.listen_with("test-event", ListenOptions::from_client("source"))?;
    let mut from_anybody = target.listen("test-event")?;
    let mut last = target.listen("last-event")?;
    println!("listeners: {}", target.counters().listeners);

    for number in 1..=3 {
        source.emit_to("target", "test-event", number).await?;
    }
    if let Some(first) = from_source.next().await {
        println!("heard from the source: {}", first.parse::<u32>()?);
    }
    // By dropping what listens.
    drop(from_source);
    println!("listeners: {}", target.counters().listeners);

    for _ in 1..=3 {
        if let Some(message) = from_anybody.next().await {
            println!("heard from anybody: {}", message.parse::<u32>()?);
        }
    }
    // By name: those that listen to anybody, and no others.
    target.stop_listening("test-event")?;
    println!("listeners: {}", target.counters().listeners);
    println!("ended: {}", from_anybody.next().await.is_none());

    source.emit_to("target", "test-event", "unheard").await?;
    source.emit_to("target", "last-event", "heard").await?;
    if let Some(message) = last.next().await {
        println!("another listener: {}", message.parse::<String>()?);
    }

    source.close().await;
    target.close().await;
    Ok(())
}
