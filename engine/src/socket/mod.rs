//! What the program has of a session.

mod backlog;
mod batch;
mod writing;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use self::backlog::{Backlog, FREE};
pub use self::batch::Batch;
use crate::io::SharedIo;
use crate::session::{Bounds, Chunk, Form, Machine, Phase, Queue, Room, Transport, Wakes};
use crate::timers::Timers;
use crate::{CloseReason, Config, Generation, Prepared, Sid};

/// What all sessions of a server share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) bounds: Bounds,
    pub(crate) timers: Timers,
    /// What waits for all clients.
    pub(crate) backlog: Backlog,
    /// The room that bodies of polling requests have, in KiB.
    pub(crate) payloads: Semaphore,
    /// When the server's clock began.
    began: Instant,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            bounds: Bounds {
                ping_interval: config.ping_interval,
                ping_timeout: config.ping_timeout,
                upgrade_timeout: config.upgrade_timeout,
                queue_packets: config.queue_packets,
                queue_bytes: config.queue_bytes,
            },
            backlog: Backlog::default(),
            payloads: Semaphore::new(payload_room(&config)),
            config,
            timers: Timers::default(),
            began: Instant::now(),
        }
    }

    /// How long the server's clock has been running.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// The moment at which its clock shows so many milliseconds.
    pub(crate) fn moment(&self, milliseconds: u64) -> Instant {
        self.began + Duration::from_millis(milliseconds)
    }
}

/// One session: what the program knows of a client and can do with it.
pub struct Socket<D> {
    id: Sid,
    generation: Generation,
    form: Form,
    data: D,
    state: Mutex<State>,
    /// The WebSocket that is the transport, once there is one.
    io: OnceLock<SharedIo>,
    /// It takes no messages any more. Read before every message, so it has no lock.
    closed: AtomicBool,
    pub(crate) shared: Arc<Shared>,
}

/// What changes in a session.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) machine: Machine,
    /// The request that polls.
    pub(crate) poll: Option<Waker>,
    /// The task of the WebSocket.
    pub(crate) websocket: Option<Waker>,
    pub(crate) writer: Writer,
    /// For how many bytes the queue counts in the backlog of all.
    counted: usize,
    /// When the timers look at the session next, in milliseconds.
    armed: u64,
    /// The program was told that the session has ended.
    reported: bool,
}

/// Who writes to the WebSocket.
#[derive(Debug)]
pub(crate) enum Writer {
    /// Nothing waits.
    Idle,
    /// A batch will write, or writes.
    Batch,
    /// The connection did not take all. Its own task writes the rest.
    Task(Option<Chunk>),
    /// None any more: it is broken.
    Broken,
}

/// How much waits for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queued {
    /// Packets.
    pub packets: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// Why a message was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The session has ended.
    #[error("the session has ended")]
    Closed,
    /// More would wait than [`queue_packets`](Config::queue_packets) or
    /// [`queue_bytes`](Config::queue_bytes) allow, or than
    /// [`backlog_bytes`](Config::backlog_bytes) for all clients, and this one is far behind.
    #[error("too much waits for the client already")]
    Full,
}

impl<D> Socket<D> {
    pub(crate) fn new(
        id: Sid,
        generation: Generation,
        form: Form,
        data: D,
        machine: Machine,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            id,
            generation,
            form,
            data,
            state: Mutex::new(State {
                machine,
                poll: None,
                websocket: None,
                writer: Writer::Idle,
                counted: 0,
                armed: u64::MAX,
                reported: false,
            }),
            io: OnceLock::new(),
            closed: AtomicBool::new(false),
            shared,
        }
    }

    /// The id of the session, which is a secret of its client.
    pub fn id(&self) -> Sid {
        self.id
    }

    /// The generation of Engine.IO that the client speaks.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// What carries its packets at this moment.
    pub fn transport(&self) -> Transport {
        self.state.lock().machine.transport()
    }

    /// How answers to its polling requests are written.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// What the program keeps of the session.
    pub fn data(&self) -> &D {
        &self.data
    }

    /// How much waits for the client, heartbeats included. On a WebSocket the bytes are those
    /// of frames, and what is being written counts until all of it is written.
    pub fn queued(&self) -> Queued {
        let (packets, bytes) = self.state.lock().machine.queue.depth();
        Queued { packets, bytes }
    }

    /// How much room there is for what shall wait for the client.
    pub fn room(&self) -> Room {
        let (packets, bytes) = self.state.lock().machine.queue.depth();
        Room::beside(packets, bytes, &self.shared.bounds)
    }

    /// Queues a text message, given in parts, and binary messages that follow it
    /// directly. All are queued or none.
    ///
    /// The error says that the session has ended, or that too much waits already; then
    /// nothing was queued. Success says that the message is queued, not that it will arrive,
    /// and how much room there is for more.
    /// Nothing is written before the batch is. Messages arrive in the order of the calls.
    pub fn send(
        self: &Arc<Self>,
        text: &[&str],
        attachments: &[Bytes],
        batch: &mut Batch<D>,
    ) -> Result<Room, SendError> {
        let bytes = text.iter().map(|part| part.len()).sum::<usize>();
        let more: usize = attachments.iter().map(Bytes::len).sum();
        self.push(1 + attachments.len(), bytes + more, batch, |queue| {
            queue.message(text);
            for attachment in attachments {
                queue.binary(self.generation, attachment);
            }
        })
    }

    /// Queues a text message that was written before, and binary messages that follow it
    /// directly; see [`send`](Self::send).
    pub fn send_prepared(
        self: &Arc<Self>,
        message: &Prepared,
        attachments: &[Bytes],
        batch: &mut Batch<D>,
    ) -> Result<Room, SendError> {
        let more: usize = attachments.iter().map(Bytes::len).sum();
        self.push(
            1 + attachments.len(),
            message.len() + more,
            batch,
            |queue| {
                queue.prepared(message);
                for attachment in attachments {
                    queue.binary(self.generation, attachment);
                }
            },
        )
    }

    /// Queues one binary message; see [`send`](Self::send). It is shared and not copied if
    /// it is large.
    pub fn send_binary(
        self: &Arc<Self>,
        data: &Bytes,
        batch: &mut Batch<D>,
    ) -> Result<Room, SendError> {
        self.push(1, data.len(), batch, |queue| {
            queue.binary(self.generation, data);
        })
    }

    #[inline]
    fn push(
        self: &Arc<Self>,
        packets: usize,
        bytes: usize,
        batch: &mut Batch<D>,
        fill: impl FnOnce(&mut Queue),
    ) -> Result<Room, SendError> {
        let mut state = self.state.lock();
        if !state.machine.takes_messages() {
            return Err(SendError::Closed);
        }
        let room = state
            .machine
            .queue
            .room(packets, bytes, &self.shared.bounds);
        let Some(room) = room else {
            return Err(SendError::Full);
        };
        // Those that are furthest behind make room when there is none left for all.
        let Shared {
            backlog, config, ..
        } = &*self.shared;
        if state.counted > FREE && backlog.bytes().saturating_add(bytes) > config.backlog_bytes {
            return Err(SendError::Full);
        }
        fill(&mut state.machine.queue);
        state.recount(backlog);
        if state.claim() {
            drop(state);
            batch.add(Arc::clone(self));
        }
        Ok(room)
    }

    /// Closes the session, for the reason [`ServerClose`](CloseReason::ServerClose). What
    /// waits for the client is still delivered, on polling to a request that comes within 30
    /// seconds. Closing a session that has ended or is closing does nothing.
    pub fn close(self: &Arc<Self>, batch: &mut Batch<D>) {
        self.act(batch, |machine, now| {
            machine.close(CloseReason::ServerClose, now);
        });
    }

    /// Ends the session at once, for this reason unless it had one already. What waits for
    /// the client is lost.
    pub fn abort(self: &Arc<Self>, reason: CloseReason) {
        let mut batch = Batch::new();
        self.act(&mut batch, |machine, _| machine.end(reason));
    }

    /// Whether the session has ended or is about to.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Has something happen to the session, and wakes the tasks that it concerns.
    pub(crate) fn act<R>(
        self: &Arc<Self>,
        batch: &mut Batch<D>,
        happen: impl FnOnce(&mut Machine, Duration) -> R,
    ) -> R {
        let now = self.shared.now();
        let mut state = self.state.lock();
        let result = happen(&mut state.machine, now);
        state.recount(&self.shared.backlog);
        if !state.machine.takes_messages() {
            self.closed.store(true, Ordering::Release);
        }
        let Wakes {
            poll,
            websocket,
            frames,
            timer,
        } = state.machine.wakes();
        let poll = poll.then(|| state.poll.take()).flatten();
        let websocket = websocket.then(|| state.websocket.take()).flatten();
        let claimed = frames && state.claim();
        // An end that no task of the session sees is seen by the timers.
        let unseen = matches!(state.machine.phase(), Phase::Ended(_)) && !state.reported;
        let due = if unseen {
            Some(0)
        } else if timer {
            state.machine.due().map(milliseconds)
        } else {
            None
        };
        let due = due.filter(|due| *due < state.armed);
        if let Some(due) = due {
            state.armed = due;
        }
        drop(state);
        for waker in [poll, websocket].into_iter().flatten() {
            waker.wake();
        }
        if let Some(due) = due {
            self.shared.timers.add(due, self.id);
        }
        if claimed {
            batch.add(Arc::clone(self));
        }
        result
    }

    /// The timers look at the session. `due` is the entry that has brought them.
    pub(crate) fn tick(self: &Arc<Self>, due: u64, batch: &mut Batch<D>) {
        if self.state.lock().armed != due {
            // An earlier entry has taken its place.
            return;
        }
        let bounds = self.shared.bounds;
        self.act(batch, |machine, now| machine.tick(now, &bounds));
        self.arm();
    }

    /// Has the timers look at the session when something is due.
    pub(crate) fn arm(self: &Arc<Self>) {
        let mut state = self.state.lock();
        let due = state.machine.due().map(milliseconds);
        state.armed = due.unwrap_or(u64::MAX);
        drop(state);
        if let Some(due) = due {
            self.shared.timers.add(due, self.id);
        }
    }

    /// Looks at the state, or changes what is not the machine's.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.lock();
        let result = look(&mut state);
        state.recount(&self.shared.backlog);
        result
    }

    /// Why the session has ended, once: the caller has to tell the program.
    pub(crate) fn take_end(&self) -> Option<CloseReason> {
        let mut state = self.state.lock();
        match state.machine.phase() {
            Phase::Ended(reason) if !state.reported => {
                state.reported = true;
                Some(reason)
            }
            _ => None,
        }
    }

    /// The client has sent something over its WebSocket.
    pub(crate) fn heard(&self) {
        if self.generation == Generation::V3 {
            let now = self.shared.now();
            self.state.lock().machine.heard(now, &self.shared.bounds);
        }
    }

    /// This WebSocket is the transport, or will be next.
    pub(crate) fn attach(&self, io: SharedIo) {
        self.io.set(io).ok();
    }
}

/// How many KiB the bodies of all polling requests may have together. The largest that is
/// taken has room in it, or it would wait for ever.
fn payload_room(config: &Config) -> usize {
    let bytes = config.payload_bytes.max(config.largest_body());
    (bytes >> 10).saturating_add(1).min(Semaphore::MAX_PERMITS)
}

impl State {
    /// Notes how much waits now.
    fn recount(&mut self, backlog: &Backlog) {
        let (_, bytes) = self.machine.queue.depth();
        self.counted = backlog.count(self.counted, bytes);
    }
}

impl<D> Drop for Socket<D> {
    fn drop(&mut self) {
        let counted = self.state.get_mut().counted;
        self.shared.backlog.count(counted, 0);
    }
}

/// Whole milliseconds, so that nothing is looked at before it is due.
fn milliseconds(time: Duration) -> u64 {
    let whole = u64::try_from(time.as_millis()).unwrap_or(u64::MAX - 1);
    whole + u64::from(!time.subsec_nanos().is_multiple_of(1_000_000))
}

impl<D> fmt::Debug for Socket<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("id", &self.id)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
