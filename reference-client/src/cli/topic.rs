//! Topics of dialect `v1`: `publish` and `subscribe`.

use sio_p2p_client::Dialect;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::{
    args::{Connect, Publish, Subscribe},
    connect::{Needs, STAY, ended},
    exit::Outcome,
    output::{Output, arguments, json_or_text},
};

const TOPICS: Needs = Needs {
    dialect: Dialect::V1,
    ..STAY
};

/// Publishes line after line until the input ends; the topic ends with it.
pub(crate) async fn publish(connect: &Connect, args: Publish, output: &Output) -> Outcome {
    let needs = Needs {
        service: true,
        ..TOPICS
    };
    let client = connect.connect(needs).await?;
    let topic = client.create_topic(&args.topic).await?;
    output.print_ready(
        &client,
        &format!("publishing {} as {}", args.topic, client.id()),
    );
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let work = async {
        while let Some(line) = lines.next_line().await? {
            let json = json_or_text(&line);
            let list = if json.starts_with('[') {
                json
            } else {
                format!("[{json}]")
            };
            topic.publish(arguments(&list)?).await?;
        }
        Ok(())
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        exit = ended(&client, output) => Err(exit),
    };
    if outcome.is_ok() {
        // Subscribers are told before the goodbye.
        drop(topic);
        client.close().await;
    }
    outcome
}

/// Prints publications until the topic ends or the count is reached.
pub(crate) async fn subscribe(connect: &Connect, args: Subscribe, output: &Output) -> Outcome {
    let client = connect.connect(TOPICS).await?;
    let service = client.service(&args.service)?;
    let mut topic = service.subscribe(&args.topic).await?;
    output.print_ready(&client, &format!("subscribed to {}", args.topic));
    let mut left = args.count.unwrap_or(u64::MAX);
    let work = async {
        while left > 0 {
            let Some(publication) = topic.next().await else {
                output.note("ended", "the topic has ended");
                break;
            };
            output.message("publication", &publication)?;
            left -= 1;
        }
        Ok(())
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        exit = ended(&client, output) => Err(exit),
    };
    if outcome.is_ok() {
        drop(topic);
        client.close().await;
    }
    outcome
}
