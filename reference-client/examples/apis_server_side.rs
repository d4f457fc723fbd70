//! A server that is a service itself: it creates jobs for devices, and publishes how they go on.
//!
//! This program is the server and its clients; the clients are told apart from it by nothing but
//! their connections. In dialect `v1`, which has topics.
//!
//! ```console
//! $ cargo run -p sio-p2p-client --example apis_server_side -- 127.0.0.1:3000
//! ```

use std::error::Error;

use sio_p2p_client::{Client, Dialect};
use sio_p2p_server::{Call, Handle, P2pServer, Service};
use tokio::net::TcpListener;

type Anything = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Anything> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:3000".to_owned());

    let server = P2pServer::builder().build();
    tokio::spawn(serve_jobs(server.handle()));
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(server.serve(listener, std::future::pending()));

    let client = |id| Client::builder(&url, id).dialect(Dialect::V1).connect();
    tokio::spawn(download(client("mobile-device").await?));

    let web = client("web-client").await?;
    let jobs = web.service("job-service")?;
    let topic: String = jobs
        .call("job:create", ("mobile-device", "test.txt"))
        .await?;
    println!("web-client created {topic}");
    let mut updates = jobs.subscribe(&topic).await?;
    jobs.notify("job:start", ("mobile-device", "test.txt"))
        .await?;
    while let Some(update) = updates.next().await {
        println!("web-client heard {}", update.parse::<String>()?);
    }
    println!("the topic has ended");
    web.close().await;
    Ok(())
}

/// Provides the service for as long as the server serves.
async fn serve_jobs(server: Handle) -> Result<(), Anything> {
    let service = server.service("job-service")?;
    let create = service.provide("job:create")?;
    let start = service.provide("job:start")?;
    let update = service.provide("job:status-update")?;
    let topic = "download";
    tokio::join!(
        create.for_each(async |call| {
            if service.create_topic(topic).is_ok() {
                call.answer(topic).ok();
            }
        }),
        start.for_each(async |call| {
            if let Err(error) = hand_out(&service, &call) {
                println!("the job was not sent: {error}");
            }
        }),
        update.for_each(async |call| {
            let Ok(percent) = call.parse::<u32>() else {
                return;
            };
            let published = service.publish(topic, format!("{percent}%"));
            if published.is_ok() && percent == 100 {
                service.destroy_topic(topic);
            }
        }),
    );
    Ok(())
}

/// Sends a job to its device.
fn hand_out(service: &Service, call: &Call) -> Result<(), Anything> {
    let (device, file): (String, String) = call.parse()?;
    println!("job-service sends the job");
    Ok(service.emit_to(device, "createJob", file)?)
}

/// What devices do with a job.
async fn download(device: Client) -> Result<(), Anything> {
    let mut jobs = device.listen("createJob")?;
    let service = device.service("job-service")?;
    while let Some(job) = jobs.next().await {
        println!("mobile-device downloads {}", job.parse::<String>()?);
        for percent in [0, 50, 100] {
            service.notify("job:status-update", percent).await?;
        }
    }
    Ok(())
}
