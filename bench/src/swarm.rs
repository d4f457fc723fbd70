//! Many clients in one thread: raw connections that speak Engine.IO 4 over WebSocket.

use std::{
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, Waker, event::Event, net::TcpStream};

use crate::{Problem, frames};

/// What one call of `read` may bring.
const SCRATCH: usize = 256 * 1024;
/// How many connections are being opened at the same time at most. Servers have
/// queues of 511 and more for them.
const OPENING: usize = 128;
/// How long anything may take that is not the load itself.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// The token of the waker.
const WAKER: Token = Token(usize::MAX);

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// The request has not been answered by 101.
    Asking,
    /// The packet that opens the Engine.IO session is awaited.
    Engine,
    /// The answer to the Socket.IO connect packet is awaited.
    Joining,
    /// Packets go both ways.
    Joined,
    /// It has said that it leaves.
    Leaving,
    /// The connection has ended after that.
    Gone,
}

#[derive(Debug)]
struct Client {
    stream: TcpStream,
    stage: Stage,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
    /// Frames that the socket has not taken.
    out: Vec<u8>,
}

impl Client {
    /// Writes what the socket takes. What it does not take waits until it says that
    /// it has room.
    fn flush(&mut self, gather: usize) -> Result<(), Problem> {
        let mut done = 0;
        while done < self.out.len() {
            let waiting = &self.out[done..];
            let end = if self.stage < Stage::Joined {
                waiting.len()
            } else {
                frames::first(waiting, gather)
            };
            match self.stream.write(&waiting[..end]) {
                Ok(count) => done += count,
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::NotConnected
                    ) =>
                {
                    break;
                }
                Err(_) if self.stage == Stage::Leaving => done = self.out.len(),
                Err(error) => return Err(Problem::io("write to the server")(error)),
            }
        }
        self.out.drain(..done);
        Ok(())
    }
}

/// The clients, for the handler of a packet.
#[derive(Debug, Default)]
pub struct Clients {
    all: Vec<Client>,
    /// Those whose empty buffer has got a frame since buffers were flushed.
    touched: Vec<usize>,
    /// How many frames one write may carry.
    gather: usize,
    joined: usize,
    gone: usize,
}

impl Clients {
    /// Queues frames that are already masked.
    pub fn send(&mut self, client: usize, frames: &[u8]) {
        self.buffer(client).extend_from_slice(frames);
    }

    /// Where frames for the server are written. They leave when the packets that have
    /// been read from one connection are handled.
    pub fn buffer(&mut self, client: usize) -> &mut Vec<u8> {
        let out = &mut self.all[client].out;
        if out.is_empty() {
            self.touched.push(client);
        }
        out
    }

    /// How many clients there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn flush(&mut self) -> Result<(), Problem> {
        while let Some(client) = self.touched.pop() {
            self.all[client].flush(self.gather)?;
        }
        Ok(())
    }

    /// Handles one text of the server; those of Socket.IO go to `load` once joined.
    fn text(
        &mut self,
        client: usize,
        text: &[u8],
        load: &mut impl FnMut(&mut Self, usize, &[u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let stage = self.all[client].stage;
        match (stage, text) {
            (Stage::Joined, [b'4', ..]) => load(self, client, text)?,
            (Stage::Leaving, _) => {}
            (_, b"2") => frames::write(self.buffer(client), frames::TEXT, &[b"3"]),
            (Stage::Engine, [b'0', ..]) => {
                self.all[client].stage = Stage::Joining;
                frames::write(self.buffer(client), frames::TEXT, &[b"40"]);
            }
            (Stage::Joining, [b'4', b'0', ..]) => {
                self.all[client].stage = Stage::Joined;
                self.joined += 1;
            }
            (_, [b'6', ..]) => {}
            _ => return Err(Problem::unexpected(client, text, "another packet")),
        }
        Ok(())
    }

    /// Handles the frames at the beginning of `bytes` and gives how long they were.
    fn frames(
        &mut self,
        client: usize,
        bytes: &[u8],
        load: &mut impl FnMut(&mut Self, usize, &[u8]) -> Result<(), Problem>,
    ) -> Result<usize, Problem> {
        let mut done = 0;
        if self.all[client].stage == Stage::Asking {
            let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
                return Ok(0);
            };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                return Err(Problem::unexpected(client, bytes, "status 101"));
            }
            self.all[client].stage = Stage::Engine;
            done = end + 4;
        }
        while let Some(head) = frames::read(&bytes[done..]) {
            let payload = &bytes[done + head.start..done + head.end];
            match head.opcode {
                frames::TEXT => self.text(client, payload, load)?,
                frames::CLOSE if self.all[client].stage == Stage::Leaving => {}
                frames::CLOSE => return Err(Problem::Closed(client)),
                _ => return Err(Problem::unexpected(client, payload, "a text frame")),
            }
            done += head.end;
        }
        Ok(done)
    }
}

/// Connections to one server and the poll that watches them.
#[derive(Debug)]
pub struct Swarm {
    poll: Poll,
    events: Events,
    scratch: Vec<u8>,
    clients: Clients,
    server: SocketAddr,
    waker: Option<Arc<Waker>>,
}

impl Swarm {
    /// A swarm for the server at `url`, such as `ws://127.0.0.1:3000`. It has no clients.
    ///
    /// `gather` is how many frames a client hands to its socket in one write if it has
    /// more than one to send.
    pub fn new(url: &str, gather: usize) -> Result<Self, Problem> {
        let address = url
            .split_once("://")
            .map_or(url, |(_, rest)| rest)
            .trim_end_matches('/');
        let server = address
            .parse()
            .map_err(|_| Problem::Address(url.to_owned()))?;
        Ok(Self {
            poll: Poll::new().map_err(Problem::io("poll"))?,
            events: Events::with_capacity(1024),
            scratch: vec![0; SCRATCH],
            clients: Clients {
                gather,
                ..Clients::default()
            },
            server,
            waker: None,
        })
    }

    /// The clients, to send something outside of a handler; [`Self::flush`] afterwards.
    pub fn clients(&mut self) -> &mut Clients {
        &mut self.clients
    }

    /// Writes what has been queued.
    pub fn flush(&mut self) -> Result<(), Problem> {
        self.clients.flush()
    }

    /// Something by which another thread ends the wait of [`Self::turn`].
    pub fn waker(&mut self) -> Result<Arc<Waker>, Problem> {
        if let Some(waker) = &self.waker {
            return Ok(Arc::clone(waker));
        }
        let waker = Waker::new(self.poll.registry(), WAKER).map_err(Problem::io("poll"))?;
        let waker = Arc::new(waker);
        self.waker = Some(Arc::clone(&waker));
        Ok(waker)
    }

    /// Connects one more client for each id and waits until all have joined.
    pub fn open(&mut self, ids: impl IntoIterator<Item = String>) -> Result<(), Problem> {
        let late = Instant::now() + PATIENCE;
        let mut ids = ids.into_iter().peekable();
        while ids.peek().is_some() || self.clients.joined < self.clients.len() {
            while self.clients.len() - self.clients.joined < OPENING
                && let Some(id) = ids.next()
            {
                self.connect(&id)?;
            }
            self.turn(Some(Duration::from_millis(100)), &mut |_, _, _| Ok(()))?;
            if Instant::now() > late {
                return Err(Problem::Late("connecting"));
            }
        }
        Ok(())
    }

    fn connect(&mut self, id: &str) -> Result<(), Problem> {
        let mut stream = TcpStream::connect(self.server).map_err(Problem::io("connect"))?;
        // As browsers and ws do.
        stream.set_nodelay(true).map_err(Problem::io("connect"))?;
        let both = Interest::READABLE | Interest::WRITABLE;
        let token = Token(self.clients.len());
        let registry = self.poll.registry();
        registry
            .register(&mut stream, token, both)
            .map_err(Problem::io("poll"))?;
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket&clientId={id} HTTP/1.1\r\n\
             Host: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.server
        );
        self.clients.all.push(Client {
            stream,
            stage: Stage::Asking,
            rest: Vec::new(),
            out: request.into_bytes(),
        });
        Ok(())
    }

    /// Waits for the server once, hands its packets to `load`, and sends what that queued:
    /// after each connection that was read, as independent clients would.
    pub fn turn(
        &mut self,
        timeout: Option<Duration>,
        load: &mut impl FnMut(&mut Clients, usize, &[u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                return Err(Problem::io("poll")(error));
            }
            _ => {}
        }
        for event in &self.events {
            let Token(client) = event.token();
            if client < self.clients.len() {
                serve(&mut self.clients, &mut self.scratch, event, load)?;
                self.clients.flush()?;
            }
        }
        Ok(())
    }

    /// Lets all clients from `first` on leave, as the JavaScript client does, and waits
    /// until the server has closed their connections.
    pub fn leave(&mut self, first: usize) -> Result<(), Problem> {
        let late = Instant::now() + PATIENCE;
        let leaving = self.clients.len() - first;
        self.clients.gone = 0;
        for client in first..self.clients.len() {
            self.clients.all[client].stage = Stage::Leaving;
            let out = self.clients.buffer(client);
            frames::write(out, frames::TEXT, &[b"41"]);
            frames::write(out, frames::CLOSE, &[&1000_u16.to_be_bytes()]);
            self.clients.flush()?;
        }
        while self.clients.gone < leaving {
            self.turn(Some(Duration::from_millis(100)), &mut |_, _, _| Ok(()))?;
            if Instant::now() > late {
                return Err(Problem::Late("leaving"));
            }
        }
        self.clients.all.truncate(first);
        self.clients.joined = first;
        Ok(())
    }
}

/// Reads and writes one connection that can be read or written.
fn serve(
    clients: &mut Clients,
    scratch: &mut Vec<u8>,
    event: &Event,
    load: &mut impl FnMut(&mut Clients, usize, &[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let Token(index) = event.token();
    let client = &mut clients.all[index];
    if event.is_writable() && !client.out.is_empty() {
        client.flush(clients.gather)?;
    }
    while event.is_readable() {
        let client = &mut clients.all[index];
        if client.stage == Stage::Gone {
            break;
        }
        let kept = client.rest.len();
        if scratch.len() < kept + SCRATCH {
            scratch.resize(kept + SCRATCH, 0);
        }
        scratch[..kept].copy_from_slice(&client.rest);
        let count = match client.stream.read(&mut scratch[kept..]) {
            Ok(0) if client.stage == Stage::Leaving => 0,
            Ok(0) => return Err(Problem::Closed(index)),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) if client.stage == Stage::Leaving => 0,
            Err(error) => return Err(Problem::io("read from the server")(error)),
        };
        if count == 0 {
            client.stage = Stage::Gone;
            client.rest.clear();
            clients.gone += 1;
            break;
        }
        let filled = kept + count;
        let done = clients.frames(index, &scratch[..filled], load)?;
        let client = &mut clients.all[index];
        client.rest.clear();
        client.rest.extend_from_slice(&scratch[done..filled]);
        if client.rest.is_empty() {
            // Ten thousand clients that wait should cost nothing here either.
            client.rest = Vec::new();
        }
        // Linux announces what comes after a read that was not filled.
        if cfg!(target_os = "linux") && filled < scratch.len() && !event.is_read_closed() {
            break;
        }
    }
    Ok(())
}
