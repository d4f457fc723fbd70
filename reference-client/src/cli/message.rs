//! Messages: `listen`, `emit` and `request`.

use futures_util::{FutureExt, StreamExt, future, stream};
use serde_json::json;
use sio_p2p_client::{Args, Client, Dialect, ListenOptions};

use super::{
    args::{Connect, Emit, Listen, Request},
    connect::{ONCE, STAY, ended},
    exit::{Exit, Outcome},
    output::{Output, arguments},
};

/// Prints messages until the count is reached or the client ends.
pub(crate) async fn listen(connect: &Connect, args: Listen, output: &Output) -> Outcome {
    let answer = match &args.answer {
        Some(json) => Some(arguments(json)?),
        None => None,
    };
    let client = connect.connect(STAY).await?;
    let mut listeners = Vec::new();
    for event in &args.events {
        // What goes to a room has no source in front, so in v1 it is listened to apart.
        if client.dialect() == Dialect::V1 && !args.room.is_empty() {
            listeners.push(client.listen_with(event, ListenOptions::plain())?);
        } else {
            listeners.push(client.listen(event)?);
        }
    }
    for room in &args.room {
        client.join_room(room).await?;
    }
    let events = args.events.join(", ");
    output.print_ready(
        &client,
        &format!("listening as {} to {events}", client.id()),
    );
    let mut messages = stream::select_all(listeners);
    let mut left = args.count.unwrap_or(u64::MAX);
    let work = async {
        while left > 0 {
            let Some(mut message) = messages.next().await else {
                return future::pending().await;
            };
            output.message("message", &message)?;
            if let (Some(answer), Some(responder)) = (&answer, message.take_responder()) {
                // A question of a connection that has ended needs no answer.
                let _ = responder.answer(answer.clone()).await;
            }
            left -= 1;
        }
        Ok(())
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        exit = ended(&client, output) => Err(exit),
    };
    if outcome.is_ok() {
        client.close().await;
    }
    outcome
}

impl Output {
    /// Tells that messages are not missed from now on.
    pub(crate) fn print_ready(self, client: &Client, text: &str) {
        if self.is_json() {
            let _ = self.print(&json!({ "type": "ready", "id": client.id() }), "");
        } else {
            eprintln!("{text}");
        }
    }
}

/// Sends a message, and reports what the server has against it.
pub(crate) async fn emit(connect: &Connect, args: Emit) -> Outcome {
    let values = args.values.args()?;
    let client = connect.connect(ONCE).await?;
    let mut errors = client.server_errors();
    if args.room {
        client.emit_room(&args.target, &args.event, values).await?;
    } else {
        client.emit_to(&args.target, &args.event, values).await?;
    }
    // Packets are handled in order: an answer to a later question is the verdict on this one.
    client.list_clients().await?;
    let said = errors.next().now_or_never().flatten();
    client.close().await;
    match said {
        Some(said) => Err(Exit::Refused(format!("the server said: {}", said.text))),
        None => Ok(()),
    }
}

/// Asks and prints the answer.
pub(crate) async fn request(connect: &Connect, args: Request, output: &Output) -> Outcome {
    let values = args.values.args()?;
    let client = connect.connect(ONCE).await?;
    let answer: Args = client.request_to(&args.target, &args.event, values).await?;
    output.answer(&answer)?;
    client.close().await;
    Ok(())
}
