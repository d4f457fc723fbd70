//! Services: `provide` and `call`.

use std::{process::Stdio, sync::Arc};

use sio_p2p_client::{Args, Calls, Client, Dialect, Listener, Message};
use tokio::{io::AsyncWriteExt, process::Command, sync::Semaphore, task::JoinSet};

use super::{
    args::{Call, Connect, Provide},
    connect::{Needs, ONCE, STAY, ended},
    exit::{Exit, Outcome},
    output::{Output, json_or_text},
};

/// Where the calls of an API come from: in v1 it is an event of this client.
enum Called {
    Api(Calls),
    Event(Listener),
}

impl Called {
    async fn next(&mut self) -> Option<Message> {
        match self {
            Self::Api(calls) => calls.next().await,
            Self::Event(calls) => calls.next().await,
        }
    }
}

/// Answers the calls of an API by a shell command.
pub(crate) async fn provide(connect: &Connect, args: Provide, output: &Output) -> Outcome {
    let needs = Needs {
        service: true,
        ..STAY
    };
    let client = connect.connect(needs).await?;
    let mut calls = match client.dialect() {
        Dialect::V1 => Called::Event(client.listen(&args.api)?),
        Dialect::V2 => Called::Api(client.provide_api(&args.api).await?),
    };
    output.print_ready(
        &client,
        &format!("providing {} as {}", args.api, client.id()),
    );
    let jobs = Arc::new(Semaphore::new(args.jobs.into()));
    let mut left = args.count.unwrap_or(u64::MAX);
    let work = async {
        let mut running = JoinSet::new();
        while left > 0 {
            // A call is only taken when there is somebody to serve it.
            let Ok(job) = Arc::clone(&jobs).acquire_owned().await else {
                break;
            };
            let Some(call) = calls.next().await else {
                let why = format!("the api '{}' was taken away", args.api);
                return Err(Exit::Lost(why));
            };
            output.message("call", &call)?;
            let command = args.exec.clone();
            running.spawn(async move {
                serve(&command, call).await;
                drop(job);
            });
            while running.try_join_next().is_some() {}
            left -= 1;
        }
        running.join_all().await;
        Ok(())
    };
    let outcome = tokio::select! {
        exit = ended(&client, output) => Err(exit),
        outcome = work => outcome,
    };
    if outcome.is_ok() {
        drop(calls);
        client.close().await;
    }
    outcome
}

/// Runs the command for one call and answers what it prints.
async fn serve(command: &str, mut call: Message) {
    let printed = run(command, &call).await;
    let answer = printed.and_then(|printed| {
        let json = json_or_text(printed.trim_end_matches(['\r', '\n']));
        Args::from_json(&format!("[{json}]")).map_err(|error| error.to_string())
    });
    let answer = answer.or_else(|why| Args::from_value(&serde_json::json!({ "error": why })));
    if let (Some(responder), Ok(answer)) = (call.take_responder(), answer) {
        // Who has gone meanwhile does not wait.
        let _ = responder.answer(answer).await;
    }
}

async fn run(command: &str, call: &Message) -> Result<String, String> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut process = Command::new(shell);
    process.args([flag, command]);
    process.env("P2P_EVENT", call.event().as_str());
    if let Some(source) = call.source() {
        process.env("P2P_SOURCE", source.as_str());
    }
    process.stdin(Stdio::piped()).stdout(Stdio::piped());
    process.stderr(Stdio::inherit()).kill_on_drop(true);
    let mut child = process.spawn().map_err(|error| error.to_string())?;
    let input = child.stdin.take();
    let question = format!("{}\n", call.args().to_json());
    // Both at once: a command may print before it has read everything, or read nothing at all.
    let writing = async move {
        if let Some(mut input) = input {
            let _ = input.write_all(question.as_bytes()).await;
        }
    };
    let ((), ended) = tokio::join!(writing, child.wait_with_output());
    let ended = ended.map_err(|error| error.to_string())?;
    if !ended.status.success() {
        return Err(format!("the command failed: {}", ended.status));
    }
    String::from_utf8(ended.stdout).map_err(|_| "the command printed no text".to_owned())
}

/// Calls an API and prints the answer.
pub(crate) async fn call(connect: &Connect, args: Call, output: &Output) -> Outcome {
    let values = args.values.args()?;
    // Named services are those of v1.
    let dialect = if args.service.is_some() {
        Dialect::V1
    } else {
        Dialect::V2
    };
    let client: Client = connect.connect(Needs { dialect, ..ONCE }).await?;
    let answer: Args = match &args.service {
        Some(service) => client.request_to(service, &args.api, values).await?,
        None if client.dialect() == Dialect::V1 => {
            return Err(Exit::Usage("dialect v1 needs --service".to_owned()));
        }
        None => client.use_api(&args.api, values).await?,
    };
    output.answer(&answer)?;
    client.close().await;
    Ok(())
}
