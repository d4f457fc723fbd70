//! A server that answers calls itself: an API of dialect `v2`, and a service of
//! dialect `v1`. Clients use them as they use those of other clients.
//!
//! ```js
//! socket.emitService('add', 1, 2, (sum) => console.log(sum));          // plugin 1.6 to 2.0
//! socket.emitTo('calculator', 'add', 1, 2, (sum) => console.log(sum)); // plugin 1.5
//! ```

use std::error::Error;

use sio_p2p_server::{Call, Handle, P2pServer};
use tokio::net::TcpListener;

/// Answers calls for as long as the server serves.
pub async fn calculate(handle: Handle) -> Result<(), Box<dyn Error + Send + Sync>> {
    let api = handle.provide_api("add")?;
    let event = handle.service("calculator")?.provide("add")?;
    // One after the other for each of the two, and both at the same time.
    tokio::join!(api.for_each(add), event.for_each(add));
    Ok(())
}

async fn add(call: Call) {
    let Ok(numbers) = call.args().parse_list::<f64>() else {
        // Dropped without an answer: the caller is told that there will be none.
        return eprintln!("{:?} cannot be added", call.args().arguments());
    };
    let sum: f64 = numbers.iter().sum();
    call.answer(sum).ok();
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = P2pServer::builder().build();
    tokio::spawn(calculate(server.handle()));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    Ok(server.serve(listener, interrupted).await?)
}
