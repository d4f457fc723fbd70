//! `floor`: as little as a relay can do, to see what the machine allows.
//!
//! It serves Engine.IO 4 over WebSocket and the messages and rooms of dialect 2, and
//! believes whatever clients say: it has no limits, checks nothing, parses no JSON, and
//! sends no heartbeats. It is here to be measured beside the real server, never to be used.

mod hub;

use std::{cell::RefCell, process::ExitCode, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use clap::{Parser, ValueEnum};
use hub::{Shared, flush};
use serde::de::IgnoredAny;
use sha1::{Digest as _, Sha1};
use sio_p2p_bench::{frames, process};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Builder,
};

/// That of `p2p-server`, so that the figures differ by what the programs do.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The least that can be read at once.
const READ: usize = 64 * 1024;
/// What RFC 6455 appends to the key of a request.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A relay that does as little as possible, for comparison.
#[derive(Debug, Parser)]
struct Options {
    /// Address and port; port 0 takes any free port.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// How many threads serve.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// When a buffer is flushed by the task that filled it.
    #[arg(long, value_enum, default_value_t = When::Now)]
    flush: When,
    /// Check that each text is UTF-8 and JSON, as a server has to. By default a text is
    /// believed.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// As soon as the frames of one read are handled.
    Now,
    /// After other tasks that are ready have had their turn, and have filled it further.
    Late,
}

thread_local! {
    /// Where every connection of a thread reads, so that an idle one has no buffer.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn main() -> ExitCode {
    let options = Options::parse();
    process::raise_open_files();
    let runtime = if options.threads == 1 {
        Builder::new_current_thread().enable_io().build()
    } else {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(options.threads).enable_io().build()
    };
    match runtime.and_then(|runtime| runtime.block_on(listen(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn listen(options: &Options) -> std::io::Result<()> {
    let listener = TcpListener::bind(&options.listen).await?;
    println!("listening on http://{}/socket.io/", listener.local_addr()?);
    let shared = Shared::default();
    let (when, check) = (options.flush, options.check);
    loop {
        let (stream, _) = listener.accept().await?;
        let shared = Arc::clone(&shared);
        // Accepted in a task of its own, so that the listener's task need not grow.
        tokio::spawn(async move {
            let Ok((stream, id)) = handshake(stream).await else {
                return;
            };
            let stream = Arc::new(stream);
            let me = hub::lock(&shared).enter(id, Arc::clone(&stream));
            // Whatever ends a connection, it is over.
            let _ = serve(&stream, me, &shared, when, check).await;
            hub::lock(&shared).leave(me);
        });
    }
}

/// Whether what follows the numbers of a packet is JSON. Texts without any are.
fn is_json(packet: &[u8]) -> bool {
    let Ok(text) = simdutf8::basic::from_utf8(packet) else {
        return false;
    };
    let json = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    json.is_empty() || serde_json::from_str::<IgnoredAny>(json).is_ok()
}

/// Answers the request and opens the session. Gives the client's id.
async fn handshake(mut stream: TcpStream) -> std::io::Result<(TcpStream, Box<[u8]>)> {
    stream.set_nodelay(true)?;
    let mut head = Vec::with_capacity(512);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let between = |from: &str, to: &[char]| -> Option<String> {
        let (_, rest) = head.split_once(from)?;
        Some(rest.split(to).next()?.trim().to_owned())
    };
    let id = between("clientId=", &[' ', '&']).unwrap_or_default();
    let key = between("Sec-WebSocket-Key:", &['\r']).unwrap_or_default();
    let accept = BASE64_STANDARD.encode(Sha1::digest(key + GUID));
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .into_bytes();
    let open = br#"0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    hub::frame(&mut answer, &[open]);
    stream.write_all(&answer).await?;
    Ok((stream, id.into_bytes().into()))
}

async fn serve(
    stream: &TcpStream,
    me: usize,
    shared: &Shared,
    when: When,
    check: bool,
) -> std::io::Result<()> {
    // The beginning of a frame whose end has not come.
    let mut rest = Vec::new();
    // The connections whose buffers this one has filled and must flush.
    let mut filled = Vec::new();
    loop {
        stream.readable().await?;
        let open = SCRATCH.with_borrow_mut(|scratch| {
            let kept = rest.len();
            if scratch.len() < kept + READ {
                scratch.resize(kept + READ, 0);
            }
            scratch[..kept].copy_from_slice(&rest);
            let count = match stream.try_read(&mut scratch[kept..]) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(true),
                Ok(0) => return Ok(false),
                count => count?,
            };
            let bytes = &mut scratch[..kept + count];
            let mut hub = hub::lock(shared);
            let mut done = 0;
            while let Some(head) = frames::read(&bytes[done..]) {
                let payload = &mut bytes[done + head.start..done + head.end];
                if head.opcode == frames::CLOSE {
                    return Ok(false);
                }
                frames::mask(payload, head.key.unwrap_or_default());
                if check && !is_json(payload) {
                    return Ok(false);
                }
                // A text that is not understood is ignored.
                let _ = hub.text(me, payload, &mut filled);
                done += head.end;
            }
            drop(hub);
            rest = bytes[done..].to_vec();
            Ok::<_, std::io::Error>(true)
        })?;
        if when == When::Late && !filled.is_empty() {
            tokio::task::yield_now().await;
        }
        for peer in filled.drain(..) {
            flush(shared, peer);
        }
        if !open {
            return Ok(());
        }
    }
}
