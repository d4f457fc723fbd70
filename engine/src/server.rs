//! A server: its sessions, and the time they live in.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tracing::error;

use crate::handler::{Handler, Opening};
use crate::session::{Form, Machine, Transport};
use crate::socket::Batch;
use crate::socket::{Shared, Socket};
use crate::{Config, Generation, Sid};

/// How many sessions are looked at before others have their turn.
const TURN: usize = 64;

/// An Engine.IO server.
///
/// It answers HTTP requests ([`handle`](Self::handle)) and keeps the time of its sessions
/// ([`keep_time`](Self::keep_time)). Accepting connections and serving HTTP on them is left
/// to the program, for example with hyper or axum.
pub struct Server<H: Handler> {
    pub(crate) handler: Arc<H>,
    pub(crate) shared: Arc<Shared>,
    sessions: Mutex<HashMap<Sid, Arc<Socket<H::Data>>>>,
}

impl<H: Handler> Server<H> {
    /// A server without sessions. It does nothing by itself: start a task with
    /// [`keep_time`](Self::keep_time), and hand it requests.
    pub fn new(handler: Arc<H>, config: Config) -> Arc<Self> {
        Arc::new(Self {
            handler,
            shared: Arc::new(Shared::new(config)),
            sessions: Mutex::default(),
        })
    }

    /// What was chosen about it.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// What is done with its sessions.
    pub fn handler(&self) -> &Arc<H> {
        &self.handler
    }

    /// How many sessions there are. One on polling that the program has closed counts until
    /// its client has fetched what waits, or for 30 seconds.
    pub fn sessions(&self) -> usize {
        self.sessions.lock().len()
    }

    /// The session of this id; `None` if there is none, or none any more.
    pub fn session(&self, id: Sid) -> Option<Arc<Socket<H::Data>>> {
        self.sessions.lock().get(&id).cloned()
    }

    /// Opens a session. `None` if the system has no randomness to give.
    pub(crate) fn open(
        &self,
        generation: Generation,
        transport: Transport,
        request: http::request::Parts,
        form: Form,
    ) -> Option<Arc<Socket<H::Data>>> {
        let id = match Sid::random() {
            Ok(id) => id,
            Err(error) => {
                error!(%error, "no randomness for a session id");
                return None;
            }
        };
        let now = self.shared.now();
        let bounds = &self.shared.bounds;
        let mut machine = match transport {
            Transport::Polling => Machine::polling(generation, now, bounds),
            Transport::WebSocket => Machine::websocket(generation, now, bounds),
        };
        machine.queue.text(&self.hello(id, transport));
        machine.queued();
        let data = self.handler.open(Opening {
            id,
            generation,
            transport,
            request,
        });
        let shared = Arc::clone(&self.shared);
        let socket = Arc::new(Socket::new(id, generation, form, data, machine, shared));
        self.sessions.lock().insert(id, Arc::clone(&socket));
        socket.arm();
        Some(socket)
    }

    /// The first packet of a session.
    fn hello(&self, id: Sid, transport: Transport) -> String {
        let upgrades = match transport {
            Transport::Polling => "\"websocket\"",
            Transport::WebSocket => "",
        };
        let Config {
            ping_interval,
            ping_timeout,
            max_message,
            ..
        } = &self.shared.config;
        format!(
            "0{{\"sid\":\"{id}\",\"upgrades\":[{upgrades}],\"pingInterval\":{},\"pingTimeout\":{},\"maxPayload\":{max_message}}}",
            ping_interval.as_millis(),
            ping_timeout.as_millis(),
        )
    }

    /// Tells the program that a session has ended, if it has and was not told yet, and
    /// forgets a session that is over. To be called after everything that happens to a
    /// session, but for what the program does.
    pub(crate) fn settle(&self, socket: &Arc<Socket<H::Data>>, batch: &mut Batch<H::Data>) {
        if let Some(reason) = socket.take_end() {
            self.handler.closed(socket, reason, batch);
        }
        if socket.with(|state| state.machine.is_over()) {
            let mut sessions = self.sessions.lock();
            sessions.remove(&socket.id());
            // A crowd that has left gives its memory back.
            if sessions.len() < sessions.capacity() / 4 {
                let room = sessions.len() * 2;
                sessions.shrink_to(room);
            }
        }
    }

    /// Keeps the time of all sessions, until the future is dropped: sends heartbeats,
    /// and ends sessions whose client is silent for too long. Without it nothing ever
    /// expires. There is one such task for all sessions.
    pub async fn keep_time(self: Arc<Self>) {
        let timers = &self.shared.timers;
        loop {
            let earlier = timers.earlier();
            match timers.next() {
                None => earlier.await,
                Some(due) => {
                    tokio::select! {
                        () = earlier => {}
                        () = tokio::time::sleep_until(self.shared.moment(due)) => {}
                    }
                }
            }
            while self.tick() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Looks at some sessions for which something is due. Says whether there may be more.
    fn tick(&self) -> bool {
        let mut batch = Batch::new();
        for _ in 0..TURN {
            let Some((due, session)) = self.shared.timers.take(self.shared.now()) else {
                return false;
            };
            if let Some(socket) = self.session(session) {
                socket.tick(due, &mut batch);
                self.settle(&socket, &mut batch);
            }
        }
        true
    }
}

impl<H: Handler> fmt::Debug for Server<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("sessions", &self.sessions())
            .finish_non_exhaustive()
    }
}
