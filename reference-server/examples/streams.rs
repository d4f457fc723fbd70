//! A server that opens streams to its clients: a client that asks gets a stream on
//! which everything comes back in capital letters.
//!
//! ```js
//! socket.onAddP2pStream('echo', (duplex) => { // plugin 1.6 to 2.0
//!   duplex.on('data', (data) => console.log(String(data)));
//!   duplex.write('hello');
//! });
//! socket.emitService('open echo');
//! ```

use std::error::Error;

use sio_p2p_server::{Call, Handle, P2pServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Opens streams for as long as the server serves, up to 100 at a time.
pub async fn echo(handle: Handle) -> Result<(), Box<dyn Error + Send + Sync>> {
    let calls = handle.provide_api("open echo")?;
    calls
        .for_each_concurrent(100, move |call| echo_to(handle.clone(), call))
        .await;
    Ok(())
}

async fn echo_to(handle: Handle, call: Call) {
    if let Err(error) = try_echo_to(handle, call).await {
        eprintln!("the echo ends: {error}");
    }
}

async fn try_echo_to(handle: Handle, call: Call) -> Result<(), Box<dyn Error + Send + Sync>> {
    let client = call.caller().client.as_ref();
    let client = client.ok_or("a client without an id")?;
    let mut stream = handle.open_stream(client).channel("echo").await?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let bytes = stream.read(&mut buffer).await?;
        if bytes == 0 {
            // The client has ended its direction; so does the server.
            return Ok(stream.shutdown().await?);
        }
        stream
            .write_all(&buffer[..bytes].to_ascii_uppercase())
            .await?;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = P2pServer::builder().build();
    tokio::spawn(echo(server.handle()));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    Ok(server.serve(listener, interrupted).await?)
}
