//! A driver without a client: its requests are answered by `answer`.

use std::{process::ExitCode, rc::Rc};

use serde_json::Value;
use sio_p2p_driver::{Command, Event, Failure, Hello, Named, PROTOCOL, UNSUPPORTED, run, say};
use sio_p2p_protocol::Dialect;
use tokio::sync::oneshot::{Sender, channel};

type Requests = Named<Sender<Vec<Value>>>;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> ExitCode {
    let hello = Hello {
        driver: "test".to_owned(),
        version: "1".to_owned(),
        protocol: PROTOCOL,
        dialects: vec![Dialect::V2],
        eio: vec![4],
        can: Vec::new(),
    };
    let requests = Rc::new(Requests::new("request"));
    match run(&hello, |command| obey(Rc::clone(&requests), command)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(requests: Rc<Requests>, command: Command) -> Result<Value, Failure> {
    match command {
        Command::Request(_) => {
            let (answer, answered) = channel();
            received("l", Some(requests.put_new(answer)));
            Ok(answered.await?.into())
        }
        Command::Answer(c) => {
            let answer = requests.take(&c.request)?;
            answer.send(c.args).map_err(|_| "nobody waits for it")?;
            Ok(Value::Null)
        }
        Command::Emit(c) => {
            received(&c.event, None);
            Ok(Value::Null)
        }
        _ => Err(UNSUPPORTED.into()),
    }
}

fn received(listener: &str, request: Option<String>) {
    say(&Event::Received {
        listener: listener.to_owned(),
        args: Vec::new(),
        from: None,
        request,
    });
}
