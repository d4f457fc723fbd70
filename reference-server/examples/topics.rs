//! A server that is a service of dialect `v1` with a topic: who subscribes to
//! `arrivals` of the service `news` hears of every client that comes.
//!
//! ```js
//! socket.subscribeTopic('news', 'arrivals', (client) => console.log(client)); // plugin 1.5
//! ```

use std::error::Error;

use sio_p2p_server::{Handle, P2pServer, PresenceEvent};
use tokio::net::TcpListener;

/// Publishes for as long as the server serves.
pub async fn publish(handle: Handle) -> Result<(), Box<dyn Error + Send + Sync>> {
    let news = handle.service("news")?;
    news.create_topic("arrivals")?;
    let mut presence = handle.presence();
    while let Some(event) = presence.next().await {
        if let PresenceEvent::Connected { client, .. } = event {
            let subscribers = news.publish("arrivals", &client)?;
            println!("told {subscribers} subscribers of {client:?}");
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = P2pServer::builder().build();
    tokio::spawn(publish(server.handle()));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    Ok(server.serve(listener, interrupted).await?)
}
