//! `pipe`: bytes from one machine to another, and proof that they are the same.
//!
//! The sender writes into a stream, the receiver copies it out. Both hash what goes through
//! them. At the end the receiver sends its hash back through the same stream, and the sender
//! compares. A peer that is not `p2p` sends nothing back; then both hashes are only shown.
//!
//! Standard output belongs to the data, so everything else goes to standard error.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    path::Path,
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sio_p2p_client::{Client, P2pStream, StreamOptions};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
};

use super::{
    args::{Connect, Format, Pipe},
    connect::{ONCE, ended},
    exit::{Exit, Outcome},
    output::Output,
};

/// How much is read at a time.
const PIECE: usize = 64 << 10;
/// How long the receiver's hash may take, and how large it may be.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: u64 = 4_096;

/// What went through one end; the receiver sends it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    bytes: u64,
    sha256: String,
}

/// Sends or receives, as the command line says.
pub(crate) async fn pipe(connect: &Connect, args: Pipe) -> Outcome {
    let output = Output::beside(connect.format);
    let client = connect.connect(ONCE).await?;
    let work = async {
        match &args.to {
            Some(target) => send(&client, target, &args, connect.format).await,
            None => receive(&client, &args, connect.format).await,
        }
    };
    tokio::select! {
        // What the work has to say comes first: it knows better why.
        biased;
        outcome = work => {
            outcome?;
            client.close().await;
            Ok(())
        }
        exit = ended(&client, &output) => Err(exit),
    }
}

async fn send(client: &Client, target: &str, args: &Pipe, format: Format) -> Outcome {
    let (input, length) = source(args.file.as_deref()).await?;
    let request = client.open_stream(target).options(options(args));
    let mut stream = request.channel(args.channel.as_deref()).await?;
    let started = Instant::now();
    let (sum, bar) = copy(input, &mut stream, Size::Of(length)).await?;
    stream.shutdown().await?;
    let theirs = tokio::time::timeout(PATIENCE, returned(&mut stream)).await;
    let theirs = theirs.ok().flatten();
    bar.finish_and_clear();
    report("sent", &sum, started, format);
    match theirs {
        None => Ok(()),
        Some(theirs) if theirs == sum => {
            if io::stderr().is_terminal() {
                eprintln!("{target} has received the same");
            }
            Ok(())
        }
        Some(theirs) => Err(Exit::Failed(format!(
            "{target} has received something else: {} bytes, sha256 {}",
            theirs.bytes, theirs.sha256
        ))),
    }
}

/// The receiver's hash, if there is one.
async fn returned(stream: &mut P2pStream) -> Option<Sum> {
    let mut text = Vec::new();
    stream.take(LONGEST).read_to_end(&mut text).await.ok()?;
    serde_json::from_slice(&text).ok()
}

async fn receive(client: &Client, args: &Pipe, format: Format) -> Outcome {
    let mut offers = match &args.channel {
        Some(channel) => client.accept_streams_on(channel)?,
        None => client.accept_streams(),
    };
    // Who is not there yet needs to know whom to send to.
    let id = client.id();
    if Output::beside(format).is_json() {
        eprintln!("{}", serde_json::json!({ "type": "ready", "id": id }));
    } else {
        eprintln!("waiting as {id}; on the other side: p2p pipe --to {id} < file");
    }
    let offer = loop {
        let Some(offer) = offers.next().await else {
            return std::future::pending().await;
        };
        match &args.from {
            Some(from) if offer.peer().as_str() != from => {
                offer.refuse("this client waits for another one");
            }
            _ => break offer,
        }
    };
    let mut output: Box<dyn AsyncWrite + Unpin> = match &args.file {
        Some(path) => Box::new(File::create(path).await.map_err(|error| at(path, &error))?),
        None => Box::new(tokio::io::stdout()),
    };
    // One stream is what was asked for; whoever comes later is refused.
    let mut stream = offer.accept_with(options(args))?;
    drop(offers);
    let started = Instant::now();
    let (sum, bar) = copy(&mut stream, &mut output, Size::Live).await?;
    bar.finish_and_clear();
    report("received", &sum, started, format);
    // What does not interest the sender any more does not harm either.
    if let Ok(text) = serde_json::to_vec(&sum) {
        let _ = stream.write_all(&text).await;
        let _ = stream.shutdown().await;
        // The stream lives until the sender has it, and ends with the sender's end.
        let mut rest = [0; 1];
        let gone = stream.read(&mut rest);
        let _ = tokio::time::timeout(PATIENCE, gone).await;
    }
    Ok(())
}

fn options(args: &Pipe) -> StreamOptions {
    StreamOptions {
        window: args.window.into(),
        ..StreamOptions::default()
    }
}

/// What to send, and how much it is if that is known.
async fn source(path: Option<&Path>) -> Result<(Box<dyn AsyncRead + Unpin>, Option<u64>), Exit> {
    let Some(path) = path else {
        return Ok((Box::new(tokio::io::stdin()), redirected()));
    };
    let file = File::open(path).await.map_err(|error| at(path, &error))?;
    let known = file
        .metadata()
        .await
        .ok()
        .filter(std::fs::Metadata::is_file);
    Ok((Box::new(file), known.map(|known| known.len())))
}

/// The size of the file that standard input is, if it is one.
#[cfg(unix)]
fn redirected() -> Option<u64> {
    use std::os::fd::AsFd;
    let stdin = io::stdin().as_fd().try_clone_to_owned().ok()?;
    let known = std::fs::File::from(stdin).metadata().ok()?;
    known.is_file().then_some(known.len())
}

#[cfg(not(unix))]
fn redirected() -> Option<u64> {
    None
}

fn at(path: &Path, error: &io::Error) -> Exit {
    Exit::Failed(format!("{}: {error}", path.display()))
}

/// What is known of what is copied.
enum Size {
    /// So many bytes, or nobody knows.
    Of(Option<u64>),
    /// As it comes: somebody may be waiting for each line.
    Live,
}

/// Copies everything and hashes it on the way. The bar is left for the caller to clear.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    size: Size,
) -> Result<(Sum, ProgressBar), Exit> {
    let (bar, live) = match size {
        Size::Of(length) => (bar(length), false),
        Size::Live => (bar(None), true),
    };
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut piece).await?;
        let Some(data) = piece.get(..read).filter(|data| !data.is_empty()) else {
            break;
        };
        hash.update(data);
        to.write_all(data).await?;
        if live {
            to.flush().await?;
        }
        bytes += data.len() as u64;
        bar.set_position(bytes);
    }
    let mut sha256 = String::new();
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok((Sum { bytes, sha256 }, bar))
}

/// A bar on a terminal, nothing elsewhere.
fn bar(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "{bar:30} {bytes}/{total_bytes}  {binary_bytes_per_sec}  {eta} left",
        ),
        None => (
            ProgressBar::no_length(),
            "{spinner} {bytes}  {binary_bytes_per_sec}  {elapsed}",
        ),
    };
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Tells what went through.
fn report(kind: &str, sum: &Sum, started: Instant, format: Format) {
    let seconds = started.elapsed().as_secs_f64();
    let Sum { bytes, sha256 } = sum;
    if Output::beside(format).is_json() {
        let line = serde_json::json!({
            "type": kind, "bytes": bytes, "sha256": sha256, "seconds": seconds,
        });
        eprintln!("{line}");
    } else {
        eprintln!("{kind} {} in {seconds:.1} s", HumanBytes(*bytes));
        eprintln!("sha256 {sha256}");
    }
}
