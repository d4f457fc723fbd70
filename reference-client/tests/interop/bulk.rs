//! Long streams: the bytes that arrive are the bytes that were sent, and memory stays as it was.
//!
//! A few MiB, or as many as `SIO_P2P_BULK_MIB` says: `cargo xtask measure client` sets it.

use std::{fmt::Write as _, fs, sync::Arc, time::Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};
use sio_p2p_client::{Client, Dialect, EioVersion, P2pStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Plan, node::Peer, process::Process, servers::Servers, soon};

/// What is written at a time.
const BLOCK: usize = 64 << 10;

/// By how much memory may grow after the first tenth, in KiB, on a stream that is long enough to
/// show anything.
const FLAT: u64 = 16 << 10;

pub(crate) fn plans() -> Vec<Plan> {
    vec![
        Plan::new("bulk: Rust to Rust", rust_to_rust),
        Plan::new("bulk: Rust to JavaScript", rust_to_js),
        Plan::new("bulk: JavaScript to Rust", js_to_rust),
    ]
}

/// How many MiB to send, and whether that is a measurement.
fn amount() -> (usize, bool) {
    let wanted = std::env::var("SIO_P2P_BULK_MIB").ok();
    let wanted = wanted.map(|mib| mib.parse().expect("SIO_P2P_BULK_MIB is a number"));
    (wanted.unwrap_or(4), wanted.is_some())
}

/// Data in which no block is like another.
fn fill(block: &mut [u8], number: usize) {
    let mut state = number as u64 + 1;
    for word in block.chunks_exact_mut(8) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        word.copy_from_slice(&state.to_le_bytes());
    }
}

/// Writes the whole amount and ends the direction; gives the hash.
async fn send(mut stream: P2pStream) -> String {
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    for number in 0..amount().0 * ((1 << 20) / BLOCK) {
        fill(&mut block, number);
        hash.update(&block);
        stream.write_all(&block).await.unwrap();
    }
    stream.shutdown().await.unwrap();
    hex(hash)
}

/// Reads to the end; gives the hash.
async fn receive(mut stream: P2pStream, watch: &mut Watch) -> String {
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    loop {
        let read = stream.read(&mut block).await.unwrap();
        if read == 0 {
            return hex(hash);
        }
        hash.update(&block[..read]);
        watch.received(read);
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The resident memory of a process in KiB; 0 where nobody says.
fn resident(pid: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0)
}

/// Watches the memory of this process and of the server while data arrives.
struct Watch {
    start: Instant,
    processes: [String; 2],
    received: usize,
    /// The most of each in the first tenth.
    early: [u64; 2],
    /// The most of each after that.
    late: [u64; 2],
}

impl Watch {
    fn new(server: &Process) -> Self {
        Self {
            start: Instant::now(),
            processes: ["self".to_owned(), server.id().to_string()],
            received: 0,
            early: [0; 2],
            late: [0; 2],
        }
    }

    fn received(&mut self, bytes: usize) {
        let before = self.received >> 20;
        self.received += bytes;
        if self.received >> 20 == before {
            return;
        }
        let early = self.received >> 20 <= amount().0.div_ceil(10);
        let most = if early {
            &mut self.early
        } else {
            &mut self.late
        };
        for (most, process) in most.iter_mut().zip(&self.processes) {
            *most = (*most).max(resident(process));
        }
    }

    fn verdict(&self, name: &str) {
        let (mib, measured) = amount();
        assert_eq!(self.received, mib << 20, "{name}");
        // Trials run at the same time unless this is a measurement.
        if !measured {
            return;
        }
        let seconds = self.start.elapsed().as_secs_f64();
        println!(
            "{name}: {mib} MiB in {seconds:.1} s; resident KiB of this process and the server: \
             {:?} in the first tenth, {:?} after it",
            self.early, self.late
        );
        for (early, late) in self.early.iter().zip(self.late) {
            assert!(
                late <= early + FLAT,
                "{name}: memory grew from {early} to {late} KiB"
            );
        }
    }
}

async fn client(server: &Process, id: &str) -> Client {
    Client::builder(&server.url, id).connect().await.unwrap()
}

async fn peer(server: &Process) -> Peer {
    Peer::start(&server.url, "js", EioVersion::V4, Dialect::V2).await
}

async fn rust_to_rust(_: Arc<Servers>) {
    let server = Process::anywhere().await;
    let (a, b) = (client(&server, "a").await, client(&server, "b").await);
    let mut acceptor = b.accept_streams();
    let (opened, accepted) = tokio::join!(a.open_stream("b").into_future(), async {
        soon(acceptor.next()).await.unwrap().accept().unwrap()
    });
    let sending = tokio::spawn(send(opened.unwrap()));
    let mut watch = Watch::new(&server);
    let received = receive(accepted, &mut watch).await;
    assert_eq!(received, sending.await.unwrap());
    watch.verdict("Rust to Rust");
}

async fn rust_to_js(_: Arc<Servers>) {
    let server = Process::anywhere().await;
    let us = client(&server, "rust").await;
    let mut js = peer(&server).await;
    // Says how much has come after each MiB, so that memory can be looked at meanwhile.
    js.run(
        "p.onAddP2pStream((d) => {
           const hash = require('node:crypto').createHash('sha256');
           let told = 0; let bytes = 0;
           d.on('data', (chunk) => {
             hash.update(chunk); bytes += chunk.length;
             if (bytes - told >= 1 << 20) { out(bytes - told); told = bytes; }
           });
           d.on('end', () => {
             out(bytes - told); out([hash.digest('hex'), process.memoryUsage().rss >> 10]);
           });
         })",
    )
    .await;
    let sending = tokio::spawn(send(us.open_stream("js").await.unwrap()));
    let mut watch = Watch::new(&server);
    let end = loop {
        match js.said().await {
            Value::Number(bytes) => {
                watch.received(usize::try_from(bytes.as_u64().unwrap()).unwrap());
            }
            end => break end,
        }
    };
    assert_eq!(end[0], sending.await.unwrap());
    watch.verdict(&format!("Rust to JavaScript (its own {} KiB)", end[1]));
}

async fn js_to_rust(_: Arc<Servers>) {
    let server = Process::anywhere().await;
    let us = client(&server, "rust").await;
    let mut js = peer(&server).await;
    let mut acceptor = us.accept_streams();
    let blocks = amount().0 * ((1 << 20) / BLOCK);
    // The end comes after the answer to the last chunk, which it would overtake otherwise (DEV-16).
    // Nobody waits for its own answer: our end is gone as soon as it has read the end.
    let code = format!(
        "const {{ createHash, randomBytes }} = require('node:crypto');
         const d = await p.addP2pStream('rust', {{}});
         const hash = createHash('sha256');
         const block = randomBytes({BLOCK});
         for (let n = 0; n < {blocks}; n += 1) {{
           const next = Buffer.from(block);
           next.writeUInt32LE(n);
           hash.update(next);
           await new Promise((done) => d.write(next, done));
         }}
         d.end();
         return [hash.digest('hex'), process.memoryUsage().rss >> 10];"
    );
    js.begin(&code).await;
    let stream = soon(acceptor.next()).await.unwrap().accept().unwrap();
    let mut watch = Watch::new(&server);
    let received = receive(stream, &mut watch).await;
    let end = js.finished().await;
    assert_eq!(end[0], received);
    watch.verdict(&format!("JavaScript to Rust (its own {} KiB)", end[1]));
}
