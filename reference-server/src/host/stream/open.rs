//! Opening a stream to a client.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_protocol::{
    Args, ArgsError, Channel, ClientId, CreateStreamAck, Failure, IntoArgs, InvalidName, StreamId,
    StreamInfo,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::end::End;
use super::options::StreamOptions;
use super::{HostStream, text};
use crate::host::core::Door;
use crate::host::desk::Waiting;
use crate::host::handle::Handle;
use crate::relay::{Data, SERVER_SIDE};

/// Why a stream was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStreamError {
    /// An id or name that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The arguments cannot be written.
    #[error(transparent)]
    Args(#[from] ArgsError),
    /// The arguments hold binary data, for which a request of the server has no place.
    #[error("the arguments of a stream cannot hold binary data")]
    Binary,
    /// The client is not connected, or has left before it answered.
    #[error("the stream was not opened: {0}")]
    NotConnected(Failure),
    /// The client has refused, with this text or other value.
    #[error("the client has refused the stream: {0}")]
    Refused(String),
    /// The client has not answered in time; the text is that of the original (E10).
    #[error("the stream was not opened: {0}")]
    TimedOut(Failure),
    /// The server has ended.
    #[error("the server has ended")]
    Ended,
}

impl Handle {
    /// Opens a stream to a client (SRV-STR-1), once the returned request is awaited.
    ///
    /// ```no_run
    /// # async fn send(handle: sio_p2p_server::Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// let mut stream = handle.open_stream("alice").channel("files").await?;
    /// stream.write_all(b"what a client reads").await?;
    /// stream.shutdown().await?;
    /// let mut answer = Vec::new();
    /// stream.read_to_end(&mut answer).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn open_stream(&self, client: impl AsRef<str>) -> OpenStream {
        OpenStream {
            door: Arc::clone(&self.door),
            client: ClientId::new(client.as_ref()),
            channel: None,
            args: None,
            ids: None,
            timeout: Duration::from_secs(10),
            options: StreamOptions::default(),
        }
    }
}

/// A request to open a stream; awaiting it opens the stream.
///
/// [`into_future`](IntoFuture::into_future) asks the client at once, and so does
/// `await`; the future waits until it accepts. If the future is dropped, or the client
/// accepts too late, the client is told that the stream is destroyed.
#[must_use = "nothing is opened before this is awaited"]
pub struct OpenStream {
    door: Arc<dyn Door>,
    client: Result<ClientId, InvalidName>,
    channel: Option<Result<Channel, InvalidName>>,
    args: Option<Result<Args, ArgsError>>,
    ids: Option<(StreamId, StreamId)>,
    timeout: Duration,
    options: StreamOptions,
}

impl std::fmt::Debug for OpenStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenStream")
            .field("client", &self.client)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl OpenStream {
    /// The channel by which the client sorts requests, if any (SRV-STR-12).
    pub fn channel<'a>(mut self, channel: impl Into<Option<&'a str>>) -> Self {
        self.channel = channel.into().map(Channel::new);
        self
    }

    /// Arguments for the client's handler, by the rule of [`Args`]. Default: none.
    pub fn args(mut self, args: impl IntoArgs) -> Self {
        self.args = Some(args.into_args());
        self
    }

    /// The ids of the server's end and of the client's. Default: random ones.
    pub fn ids(mut self, own: StreamId, peer: StreamId) -> Self {
        self.ids = Some((own, peer));
        self
    }

    /// How long the client has to accept. A client that accepts later is told that
    /// the stream is destroyed. Default: ten seconds, as in the original.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How the server's end behaves.
    pub fn options(mut self, options: StreamOptions) -> Self {
        self.options = options;
        self
    }

    /// Asks the client to accept.
    fn start(self) -> Result<(Opening, Answer), OpenStreamError> {
        let client = self.client?;
        let (own, peer) = self.ids.unwrap_or_else(|| (random_id(), random_id()));
        let mut info = StreamInfo::new(own, peer, client);
        if let Some(channel) = self.channel {
            info = info.with_channel(channel?);
        }
        if let Some(args) = self.args {
            let (arguments, attachments) = args?.into_parts();
            if !attachments.is_empty() {
                return Err(OpenStreamError::Binary);
            }
            info = info.with_arguments(&arguments);
        }
        Opening::start(self.door, info, self.options)
    }
}

/// An id that nobody can guess.
fn random_id() -> StreamId {
    Uuid::new_v4().to_string().into()
}

impl IntoFuture for OpenStream {
    type Output = Result<HostStream, OpenStreamError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let timeout = self.timeout;
        let started = self.start();
        Box::pin(async move {
            let (opening, answer) = started?;
            match tokio::time::timeout(timeout, answer).await {
                Ok(Ok(Ok(answer))) => opening.answered(&answer),
                Ok(Ok(Err(failure))) => Err(OpenStreamError::NotConnected(failure)),
                Ok(Err(_)) => Err(OpenStreamError::Ended),
                Err(_) => {
                    let milliseconds = timeout.as_millis().try_into().unwrap_or(u64::MAX);
                    let failure = Failure::StreamTimeout { milliseconds };
                    Err(OpenStreamError::TimedOut(failure))
                }
            }
        })
    }
}

/// A stream that a client was asked for. Dropped before the client has accepted, it
/// undoes that.
struct Opening {
    door: Arc<dyn Door>,
    id: ClientId,
    info: StreamInfo,
    ack: u64,
    /// What the client has said, as far as anybody has looked at it.
    accepted: Option<bool>,
}

/// Where the client's answer arrives.
type Answer = oneshot::Receiver<Result<Data, Failure>>;

impl Opening {
    /// Asks a client to accept a stream.
    fn start(
        door: Arc<dyn Door>,
        info: StreamInfo,
        options: StreamOptions,
    ) -> Result<(Self, Answer), OpenStreamError> {
        // Not empty, so it is a client id; the fallback only spares a panic.
        let id = ClientId::new(format!("{}{SERVER_SIDE}", Uuid::new_v4()));
        let id = id.unwrap_or_else(|_| info.target().clone());
        let (reply, answer) = oneshot::channel();

        let mut inside = door.enter();
        let (desk, mut host) = inside.split();
        if desk.is_closed() {
            return Err(OpenStreamError::Ended);
        }
        let ack = desk.expect(Waiting::Program(reply));
        if let Err(failure) = host.open_stream(&id, info.clone(), ack) {
            desk.forget(ack);
            return Err(OpenStreamError::NotConnected(failure));
        }
        // The client may write before it accepts (SRV-STR-14), so there is somewhere
        // to put it already.
        let end = End::new(options.read_buffer, options.excess);
        desk.streams.ends.insert(id.clone(), end);
        drop(inside);
        let opening = Self {
            door,
            id,
            info,
            ack,
            accepted: None,
        };
        Ok((opening, answer))
    }

    /// The client has answered.
    fn answered(mut self, answer: &Data) -> Result<HostStream, OpenStreamError> {
        match CreateStreamAck::decode(&answer.json) {
            Ok(CreateStreamAck::Accepted) => {}
            Ok(CreateStreamAck::Refused(reason)) => {
                self.accepted = Some(false);
                return Err(OpenStreamError::Refused(text(&reason)));
            }
            Err(error) => return Err(OpenStreamError::Refused(error.to_string())),
        }
        self.accepted = Some(true);
        let (id, info) = (self.id.clone(), self.info.clone());
        Ok(HostStream::new(Arc::clone(&self.door), id, info))
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if self.accepted == Some(true) {
            return;
        }
        let mut inside = self.door.enter();
        let (desk, mut host) = inside.split();
        let unanswered = desk.forget(self.ack).is_some();
        if unanswered {
            let given_up = Waiting::GivenUp {
                client: self.info.target().clone(),
                stream: self.info.source_stream().clone(),
            };
            desk.hand_over(self.ack, given_up);
        }
        // As long as it has neither accepted nor written, the client has no end that
        // would have to be destroyed. It has one if it may have accepted while nobody
        // was looking.
        let accepted = !unanswered && self.accepted.is_none();
        desk.drop_stream(&self.id, |end| accepted || end.was_heard(), &mut host);
    }
}
