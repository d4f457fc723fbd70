//! What a program does with sessions.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;

use crate::session::Transport;
use crate::socket::Batch;
use crate::socket::Socket;
use crate::{CloseReason, Generation, Sid};

/// What is known of a session before it is opened.
#[derive(Debug)]
pub struct Opening {
    /// The id that it will have.
    pub id: Sid,
    /// The generation that its client speaks.
    pub generation: Generation,
    /// What it begins on.
    pub transport: Transport,
    /// The request that opens it, with the extensions that the program has put into it.
    pub request: Parts,
}

/// What a program does with sessions.
///
/// The calls are made from the task that reads a connection, and it reads on when they
/// return. So messages of one session come in order, and a client that floods the server
/// slows down itself. They must not wait or block. Work that takes time belongs into a task,
/// which sends with a [`Batch`] of its own.
///
/// A session can end while one of its messages is handled, because a timer or another
/// connection ends it, so [`closed`](Self::closed) may be called meanwhile. Calls for
/// different sessions come from several threads at once.
pub trait Handler: Send + Sync + 'static {
    /// What the program keeps of each session.
    type Data: Send + Sync + 'static;

    /// A session will be opened. Gives what the program keeps of it, [`Socket::data`].
    fn open(&self, opening: Opening) -> Self::Data;

    /// A session was opened. What is sent here reaches the client together with the first
    /// packet, or right behind it.
    /// Does nothing unless it is written.
    fn opened(&self, socket: &Arc<Socket<Self::Data>>, batch: &mut Batch<Self::Data>) {
        let _ = (socket, batch);
    }

    /// A text message has come, of at most [`max_message`](crate::Config::max_message)
    /// bytes.
    fn text(&self, socket: &Arc<Socket<Self::Data>>, text: &str, batch: &mut Batch<Self::Data>);

    /// A binary message has come, of at most [`max_message`](crate::Config::max_message)
    /// bytes.
    fn binary(&self, socket: &Arc<Socket<Self::Data>>, data: &[u8], batch: &mut Batch<Self::Data>);

    /// How long nothing more of this session shall be read; `None` says that reading goes
    /// on. It is asked after every message, and again when the time is over. What waits for
    /// the client is written meanwhile, and what the client goes on sending waits in the
    /// operating systems of both, so a client that is too fast is slowed down.
    /// Reading goes on unless it is written.
    fn pause(&self, socket: &Arc<Socket<Self::Data>>) -> Option<Duration> {
        let _ = socket;
        None
    }

    /// A session has ended, for this reason. Called once for each that was opened.
    /// Does nothing unless it is written.
    fn closed(
        &self,
        socket: &Arc<Socket<Self::Data>>,
        reason: CloseReason,
        batch: &mut Batch<Self::Data>,
    ) {
        let _ = (socket, reason, batch);
    }
}
