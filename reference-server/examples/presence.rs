//! A server that knows who is there: it welcomes every client, puts it into a room,
//! and asks it for a name that the others are told.
//!
//! ```js
//! socket.on('welcome', (others, ack) => ack('Alice'));
//! socket.on('arrived', (name) => console.log(`${name} is here`));
//! ```

use std::error::Error;

use sio_p2p_protocol::ClientId;
use sio_p2p_server::{Handle, P2pServer, PresenceEvent};
use tokio::net::TcpListener;

/// Welcomes clients for as long as the server serves.
pub async fn welcome(handle: Handle) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut presence = handle.presence();
    while let Some(event) = presence.next().await {
        if let PresenceEvent::Connected {
            client: Some(client),
            ..
        } = event
        {
            // A client that takes its time must not keep others waiting.
            let handle = handle.clone();
            tokio::spawn(async move {
                if let Err(error) = greet(&handle, &client).await {
                    eprintln!("{client} stays a stranger: {error}");
                }
            });
        }
    }
    Ok(())
}

async fn greet(handle: &Handle, client: &ClientId) -> Result<(), Box<dyn Error + Send + Sync>> {
    let others = handle.list_clients();
    let name: String = handle.request_to(client, "welcome", others).await?;
    handle.emit_room("lobby", "arrived", name)?;
    Ok(handle.join_room(client, "lobby")?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = P2pServer::builder().build();
    tokio::spawn(welcome(server.handle()));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    Ok(server.serve(listener, interrupted).await?)
}
