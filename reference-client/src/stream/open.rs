//! Opening a stream.
//!
//! The opener chooses both ids, its own and the peer's, so it can have its end ready before it
//! asks. That matters: a peer may write as soon as it has accepted, and on the way its first chunk
//! can overtake the acceptance. The original loses such a chunk, and the peer's writer waits for
//! its answer for ever (DEV-24); here it waits in the end until the answer is here.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use sio_p2p_protocol::{
    Args, ArgsError, Channel, ClientEvent, ClientId, CreateStream, CreateStreamAck, Dialect,
    IntoArgs, InvalidName, MultiApiCreateStream, Place, StreamId, StreamInfo,
};
use uuid::Uuid;

use crate::{
    client::Client,
    error::{CallError, Refused, SendError},
};

use super::{duplex::P2pStream, end::End, error::StreamError, options::StreamOptions};

impl Client {
    /// Opens a stream to another client, once the returned request is awaited.
    ///
    /// ```no_run
    /// # async fn f(client: sio_p2p_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use tokio::io::AsyncWriteExt;
    ///
    /// let mut stream = client.open_stream("bob").channel("files").await?;
    /// stream.write_all(b"hello").await?;
    /// stream.shutdown().await?;
    /// # Ok(()) }
    /// ```
    pub fn open_stream(&self, target: impl AsRef<str>) -> OpenStream {
        OpenStream {
            client: self.clone(),
            target: ClientId::new(target.as_ref()),
            channel: None,
            args: None,
            ids: None,
            options: StreamOptions::default(),
        }
    }
}

/// A request to open a stream; awaiting it opens the stream (CLI-STR-F1).
///
/// Waits for the peer, up to the deadline of the client handle. Refusals tell their reason.
/// Cancel safe: if it is given up or out of time, a peer that accepted, or accepts later, is told
/// that the stream is destroyed, and no half of it stays behind.
#[derive(Debug)]
#[must_use = "nothing is opened before this is awaited"]
pub struct OpenStream {
    client: Client,
    target: Result<ClientId, InvalidName>,
    channel: Option<Result<Channel, InvalidName>>,
    args: Option<Result<Args, ArgsError>>,
    ids: Option<(StreamId, StreamId)>,
    options: StreamOptions,
}

impl OpenStream {
    /// The channel by which the peer sorts requests, if any; dialect `v2` only.
    pub fn channel<'a>(mut self, channel: impl Into<Option<&'a str>>) -> Self {
        self.channel = channel.into().map(Channel::new);
        self
    }

    /// Arguments for the peer, by the rule of [`Args`]; dialect `v2` only.
    pub fn args(mut self, args: impl IntoArgs) -> Self {
        self.args = Some(args.into_args());
        self
    }

    /// The ids of our own end and of the peer's end. Default: random ones, which nobody can
    /// guess; in dialect `v2` whoever knows an id can interfere.
    pub fn ids(mut self, own: StreamId, peer: StreamId) -> Self {
        self.ids = Some((own, peer));
        self
    }

    /// How our end behaves.
    pub fn options(mut self, options: StreamOptions) -> Self {
        self.options = options;
        self
    }

    async fn open(self) -> Result<P2pStream, CallError> {
        let shared = &self.client.shared;
        let target = self.target?;
        let (own, peer) = match self.ids {
            Some(ids) => ids,
            None => (random_id()?, random_id()?),
        };
        let mut info = StreamInfo::new(own.clone(), peer.clone(), target.clone());
        let mut attachments = Vec::new();
        if shared.dialect == Dialect::V1 && (self.channel.is_some() || self.args.is_some()) {
            return Err(SendError::Unsupported {
                what: "channels and arguments of streams",
                dialect: Dialect::V1,
            }
            .into());
        }
        if let Some(channel) = self.channel {
            info = info.with_channel(channel?);
        }
        if let Some(args) = self.args {
            let (arguments, binary) = args.map_err(SendError::from)?.into_parts();
            info = info.with_arguments(&arguments);
            attachments = binary;
        }
        // Our end exists before the peer is asked: its first chunk may be here before its answer
        // (unlike DEV-24). Dropping the registration tells the peer, also if it accepts later.
        let epoch = shared.connected(self.client.deadline()).await?;
        let end = End::new(own, target.clone(), peer, epoch);
        let registration = shared
            .streams
            .register(end)
            .ok_or_else(|| SendError::Unsupported {
                what: "two streams with one id",
                dialect: shared.dialect,
            })?;
        shared.targets.link(target.clone());
        let request: ClientEvent = match shared.dialect {
            Dialect::V1 => MultiApiCreateStream { info }.into(),
            Dialect::V2 => CreateStream { info }.into(),
        };
        let deadline = self.client.deadline();
        let request = (request, attachments);
        let answer = shared
            .ask(request, Some(&target), Some(epoch), deadline)
            .await?;
        match CreateStreamAck::decode(&answer.json)? {
            CreateStreamAck::Accepted => {}
            CreateStreamAck::Refused(why) => {
                // There is no other end that would have to be told.
                registration.end.close(StreamError::DestroyedLocally);
                return Err(Refused::new(&why, Place::CreateStreamAck).into());
            }
        }
        Ok(P2pStream::new(registration, self.client, self.options))
    }
}

/// An id that nobody can guess.
fn random_id() -> Result<StreamId, InvalidName> {
    StreamId::new(Uuid::new_v4().to_string())
}

impl IntoFuture for OpenStream {
    type Output = Result<P2pStream, CallError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}
