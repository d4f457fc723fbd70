//! A server whose messages wait for clients that are away: a job for a device that is connected,
//! and one for a device that comes later.
//!
//! This program is the server and its clients. The messages are kept in memory here; with
//! `SqliteStore` they survive the process as well.
//!
//! ```console
//! $ cargo run -p sio-p2p-client --example apis_server_side_persistent -- 127.0.0.1:3000
//! ```

use std::{error::Error, sync::Arc};

use sio_p2p_client::Client;
use sio_p2p_server::{Handle, P2pServer, store::MemoryStore};
use tokio::{net::TcpListener, sync::mpsc};

type Anything = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Anything> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:3000".to_owned());

    let store = Arc::new(MemoryStore::default());
    let server = P2pServer::builder().store(store).build();
    // Called for each job that a device has acknowledged, by name: a name outlives the process.
    let (acked, mut acks) = mpsc::unbounded_channel();
    let _registration = server.handle().on_ack("createJobAck", move |ack| {
        acked.send((ack.client.clone(), ack.args.clone())).ok();
    })?;
    tokio::spawn(serve_jobs(server.handle()));
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(server.serve(listener, std::future::pending()));

    let first = device(&url, "mobile-device1").await?;
    let web = Client::builder(&url, "web-client").connect().await?;
    for device in ["mobile-device1", "mobile-device2"] {
        let job: u32 = web.use_api("job:create", (device, "test.txt")).await?;
        println!("web-client created job {job} for {device}");
    }
    if let Some((client, args)) = acks.recv().await {
        println!("job {} was taken by {client}", args.arguments());
    }
    println!("mobile-device2 connects");
    let second = device(&url, "mobile-device2").await?;
    if let Some((client, args)) = acks.recv().await {
        println!("job {} was taken by {client}", args.arguments());
    }

    for client in [web, first, second] {
        client.close().await;
    }
    Ok(())
}

/// Provides the API for as long as the server serves.
async fn serve_jobs(server: Handle) -> Result<(), Anything> {
    let mut calls = server.provide_api("job:create")?;
    let mut id = 0;
    while let Some(call) = calls.next().await {
        id += 1;
        let (device, file): (String, String) = call.parse()?;
        let job = server.emit_persistent(device, "createJob", (id, file));
        // Stored when this is over, so that the caller can rely on the answer.
        job.ack("createJobAck", id).await?;
        call.answer(id)?;
    }
    Ok(())
}

/// A device that takes every job it is sent.
async fn device(url: &str, id: &str) -> Result<Client, Anything> {
    // Jobs that have waited come at once, so the device listens before anything comes.
    let device = Client::builder(url, id).connect_with(|device| {
        device.on("createJob", |job| async {
            // The ack is what ends the message; without it the job would be sent again.
            job.answer(()).await.ok();
        })
    });
    let (device, listener) = device.await?;
    listener?.detach();
    Ok(device)
}
