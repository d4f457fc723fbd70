//! What the program has of a session.

mod backlog;
mod batch;
mod sending;
mod shared;
mod writing;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::time::Duration;

use parking_lot::Mutex;

use self::backlog::Backlog;
pub use self::batch::Batch;
pub use self::sending::SendError;
pub(crate) use self::shared::Shared;
use crate::io::SharedIo;
use crate::session::{Chunk, Form, Machine, Phase, Room, Transport, Wakes};
use crate::{CloseReason, Generation, Sid};

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
