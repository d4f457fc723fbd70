//! Messages as Rust types, and their JSON Schema for whoever writes a client in another language.
//!
//! ```console
//! $ cargo run -p sio-p2p-server -- --listen 127.0.0.1:3000
//! $ cargo run -p sio-p2p-client --example typed_messages -- http://localhost:3000
//! ```

use std::error::Error;

use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use sio_p2p_client::{Client, Event, Request};

/// Asks for a picture in another size.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Resize {
    /// The name of the picture.
    picture: String,
    /// The wanted width in pixels.
    width: u32,
}

/// The size of the new picture.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Resized {
    /// Its width in pixels.
    width: u32,
    /// Its height in pixels.
    height: u32,
}

impl Event for Resize {
    const NAME: &'static str = "resize";
}

impl Request for Resize {
    type Answer = Resized;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:3000".to_owned());

    let worker = Client::builder(&url, "worker").connect().await?;
    let mut jobs = worker.listen_typed::<Resize>()?;
    tokio::spawn(async move {
        while let Some(job) = jobs.next().await {
            // Arguments of another type are an error, and the next message is read all the same.
            let Ok(job) = job else { continue };
            println!("worker resizes {}", job.event.picture);
            let (width, height) = (job.event.width, job.event.width * 3 / 4);
            job.answer(&Resized { width, height }).await.ok();
        }
    });

    let client = Client::builder(&url, "client").connect().await?;
    let job = Resize {
        picture: "cat.png".to_owned(),
        width: 640,
    };
    let Resized { width, height } = client.request_typed("worker", &job).await?;
    println!("client got {width} x {height}");

    let schema = serde_json::to_string_pretty(&schema_for!(Resize))?;
    println!("the arguments of '{}': {schema}", Resize::NAME);
    client.close().await;
    worker.close().await;
    Ok(())
}
