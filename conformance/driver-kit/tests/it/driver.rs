//! A driver without a client: its requests are answered by `answer`, and its streams echo.

use std::{
    io,
    pin::Pin,
    process::ExitCode,
    rc::Rc,
    task::{Context, Poll},
};

use serde_json::Value;
use sio_p2p_driver::{Command, Event, Failure, Feature, Hello, Kept, Task, UNSUPPORTED, run, say};
use sio_p2p_protocol::Dialect;
use tokio::{
    io::{AsyncRead, AsyncWriteExt, DuplexStream, ReadBuf, WriteHalf, duplex, split},
    sync::{Mutex, oneshot},
    task::spawn_local,
};

type Writer = Rc<Mutex<WriteHalf<DuplexStream>>>;
type Driver = Rc<Kept<(), oneshot::Sender<Vec<Value>>, Writer>>;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> ExitCode {
    let hello = Hello {
        dialects: vec![Dialect::V2],
        eio: vec![4],
        can: vec![Feature::Stream],
        ..Hello::of_all("test", "1")
    };
    let driver = Driver::default();
    match run(&hello, |command| obey(Rc::clone(&driver), command)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(driver: Driver, command: Command) -> Result<Value, Failure> {
    match command {
        Command::Request { .. } => {
            let (answer, answered) = oneshot::channel();
            received("l", Some(driver.requests.put_new(answer)));
            return Ok(answered.await?.into());
        }
        Command::Answer { request, args } => {
            let answer = driver.requests.take(&request)?;
            answer.send(args).map_err(|_| "nobody waits for it")?;
        }
        Command::Emit { event, .. } => received(&event, None),
        Command::Listen { listener, .. } => {
            let (guard, gone) = oneshot::channel::<()>();
            let report = Task::new(async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            });
            driver.listeners.put(listener.clone(), report);
            spawn_local(async move {
                let _ = gone.await;
                received(&listener, None);
            });
        }
        Command::Unlisten { listener } => drop(driver.listeners.take(&listener)?),
        Command::OpenStream { to, stream, .. } if to == "broken" => {
            let (_, writer) = split(duplex(1).0);
            let writer = Rc::new(Mutex::new(writer));
            driver.streams.opened(stream, (Broken, writer));
        }
        Command::OpenStream { stream, .. } => driver.streams.opened(stream, echo()),
        Command::AcceptStreams {} => driver.streams.accepted(Some("b".to_owned()), echo()),
        Command::Write { stream, data } => {
            let writer = driver.streams.get(&stream)?;
            writer.lock().await.write_all(&data.0).await?;
        }
        Command::End { stream } => {
            let writer = driver.streams.get(&stream)?;
            writer.lock().await.shutdown().await?;
        }
        Command::Destroy { stream } => {
            let writer = driver.streams.take(&stream)?;
            // The echo ends, and so would the stream.
            writer.lock().await.shutdown().await?;
        }
        _ => return Err(UNSUPPORTED.into()),
    }
    Ok(Value::Null)
}

fn received(listener: &str, request: Option<String>) {
    say(&Event::Received {
        listener: listener.to_owned(),
        args: Vec::new(),
        from: None,
        request,
    });
}

/// Both halves of a stream whose other side sends back what it gets.
fn echo() -> (impl AsyncRead + Unpin + 'static, Writer) {
    let (near, far) = duplex(1 << 20);
    spawn_local(async move {
        let (mut reader, mut writer) = split(far);
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    });
    let (reader, writer) = split(near);
    (reader, Rc::new(Mutex::new(writer)))
}

/// A stream that is destroyed by the other side.
struct Broken;

impl AsyncRead for Broken {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("destroyed by b")))
    }
}
