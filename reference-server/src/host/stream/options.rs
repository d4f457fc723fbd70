//! How a stream is opened.

use std::time::Duration;

use sio_p2p_protocol::{Arguments, Channel, ClientId, Failure, StreamId, StreamInfo};

/// How a stream of the server is opened, and how its end behaves.
///
/// ```
/// use std::time::Duration;
/// use sio_p2p_server::StreamOptions;
///
/// let options = StreamOptions::default()
///     .channel("files".try_into()?)
///     .timeout(Duration::from_secs(3));
/// # Ok::<(), sio_p2p_protocol::InvalidName>(())
/// ```
#[derive(Debug, Clone)]
pub struct StreamOptions {
    channel: Option<Channel>,
    args: Option<Arguments>,
    source: Option<StreamId>,
    target: Option<StreamId>,
    pub(super) timeout: Duration,
    pub(super) high_water: usize,
    pub(super) excess: usize,
}

/// No channel, no arguments, random ids, ten seconds for the client to accept, and
/// 16 KiB of buffer, as the original has them.
impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            channel: None,
            args: None,
            source: None,
            target: None,
            timeout: Duration::from_secs(10),
            high_water: 16 << 10,
            excess: 4 << 20,
        }
    }
}

impl StreamOptions {
    /// The channel by which the client sorts requests (SRV-STR-12).
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// The arguments for the client's handler.
    #[must_use]
    pub fn args(mut self, args: Arguments) -> Self {
        self.args = Some(args);
        self
    }

    /// The ids of the server's end and of the client's.
    #[must_use]
    pub fn ids(mut self, source: StreamId, target: StreamId) -> Self {
        self.source = Some(source);
        self.target = Some(target);
        self
    }

    /// How long the client has to accept. A client that accepts later is told that
    /// the stream is destroyed.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many bytes may wait for the reader before the client has to. The chunk
    /// that reaches this mark is still taken, however large it is.
    #[must_use]
    pub fn high_water(mut self, bytes: usize) -> Self {
        self.high_water = bytes;
        self
    }

    /// How many bytes more are taken from a client that does not wait before the
    /// stream is destroyed, 4 MiB by default. Clients of the original always wait.
    #[must_use]
    pub fn excess(mut self, bytes: usize) -> Self {
        self.excess = bytes;
        self
    }

    /// The description of such a stream to a client.
    pub(super) fn info(&self, client: &ClientId, random: impl Fn() -> StreamId) -> StreamInfo {
        let source = self.source.clone().unwrap_or_else(&random);
        let target = self.target.clone().unwrap_or_else(&random);
        let mut info = StreamInfo::new(source, target, client.clone());
        if let Some(channel) = &self.channel {
            info = info.with_channel(channel.clone());
        }
        if let Some(args) = &self.args {
            info = info.with_arguments(args);
        }
        info
    }
}

/// Why a stream was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStreamError {
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
