//! Several streams between two clients, each read and written at both ends.
//!
//! ```console
//! $ cargo run -p sio-p2p-server -- --listen 127.0.0.1:3000
//! $ cargo run -p sio-p2p-client --example interact_with_duplex -- http://localhost:3000
//! ```

use std::{error::Error, io};

use sio_p2p_client::{Client, P2pStream};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1);
    let url = url.unwrap_or_else(|| "http://localhost:3000".to_owned());

    let target = Client::builder(&url, "target").connect().await?;
    let mut requests = target.accept_streams();
    tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            if let Ok(stream) = request.accept() {
                tokio::spawn(answer_lines(stream));
            }
        }
    });

    let source = Client::builder(&url, "source").connect().await?;
    let mut streams = Vec::new();
    for number in 1..=4 {
        let stream = source.open_stream("target").await?;
        println!("stream {number} is open");
        streams.push(stream);
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        let line = format!("data on stream {}\n", number + 1);
        stream.write_all(line.as_bytes()).await?;
    }
    for stream in &mut streams {
        // The end of this direction; the answer comes on the other one.
        stream.shutdown().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        print!("{answer}");
    }
    drop(streams);
    println!("open streams: {}", source.counters().streams);

    source.close().await;
    target.close().await;
    Ok(())
}

/// Reads lines until the other end has no more, and answers each.
async fn answer_lines(stream: P2pStream) -> io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        writer
            .write_all(format!("heard: {line}\n").as_bytes())
            .await?;
    }
    writer.shutdown().await
}
