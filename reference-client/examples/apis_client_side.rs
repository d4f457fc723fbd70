//! A client that is a service: it creates jobs for devices, and publishes how they go on.
//!
//! In dialect `v1`, which has topics.
//!
//! ```console
//! $ cargo run -p sio-p2p-server -- --listen 127.0.0.1:3000
//! $ cargo run -p sio-p2p-client --example apis_client_side -- http://localhost:3000
//! ```

use std::{collections::HashMap, error::Error};

use serde::{Deserialize, Serialize};
use sio_p2p_client::{Client, Dialect, Event, Topic};

type Anything = Box<dyn Error + Send + Sync>;

/// What the device is told.
#[derive(Serialize, Deserialize)]
struct Job {
    id: u32,
    file: String,
}

impl Event for Job {
    const NAME: &'static str = "createJob";
}

#[tokio::main]
async fn main() -> Result<(), Anything> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:3000".to_owned());
    let client = |id| Client::builder(&url, id).dialect(Dialect::V1);

    let service = client("job-service").service(true).connect().await?;
    let serving = tokio::spawn(serve_jobs(service.clone()));
    let device = client("mobile-device").connect().await?;
    tokio::spawn(download(device));

    let web = client("web-client").connect().await?;
    let jobs = web.service("job-service")?;
    let topic: String = jobs
        .call("job:create", ("mobile-device", "test.txt"))
        .await?;
    println!("web-client created {topic}");

    // Another client finds the job and follows it; the job starts when somebody does.
    let watcher = client("web-client-watcher").connect().await?;
    let jobs = watcher.service("job-service")?;
    let list: Vec<String> = jobs.call("job:list", ()).await?;
    println!("web-client-watcher sees {list:?}");
    let mut updates = jobs.subscribe(&list[0]).await?;
    jobs.notify("job:start", &list[0]).await?;
    while let Some(update) = updates.next().await {
        println!("web-client-watcher heard {}", update.parse::<String>()?);
    }
    println!("the topic has ended");

    service.close().await;
    serving.await?
}

/// The APIs of the service are events; each topic is one job.
async fn serve_jobs(service: Client) -> Result<(), Anything> {
    let mut create = service.listen("job:create")?;
    let mut list = service.listen("job:list")?;
    let mut start = service.listen("job:start")?;
    let mut update = service.listen("job:status-update")?;
    let mut jobs: HashMap<String, (Topic, String, Job)> = HashMap::new();
    loop {
        tokio::select! {
            Some(call) = create.next() => {
                let (device, file): (String, String) = call.parse()?;
                let id = 1;
                let name = format!("download-{id}");
                let topic = service.create_topic(&name).await?;
                jobs.insert(name.clone(), (topic, device, Job { id, file }));
                call.answer(name).await?;
            }
            Some(call) = list.next() => call.answer((jobs.keys().collect::<Vec<_>>(),)).await?,
            Some(call) = start.next() => {
                let (_, device, job) = &jobs[&call.parse::<String>()?];
                service.emit_typed(device, job).await?;
            }
            Some(call) = update.next() => {
                let (id, percent): (u32, u32) = call.parse()?;
                let name = format!("download-{id}");
                jobs[&name].0.publish(format!("{percent}%")).await?;
                if percent == 100 {
                    // Dropping the topic ends it, and tells who has subscribed.
                    jobs.remove(&name);
                }
            }
            else => return Ok(()),
        }
    }
}

/// What devices do with a job.
async fn download(device: Client) -> Result<(), Anything> {
    let mut jobs = device.listen_typed::<Job>()?;
    let service = device.service("job-service")?;
    while let Some(job) = jobs.next().await {
        let Job { id, file } = job?.event;
        println!("mobile-device downloads {file}");
        for percent in [0, 50, 100] {
            service.notify("job:status-update", (id, percent)).await?;
        }
    }
    Ok(())
}
