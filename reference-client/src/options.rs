//! What is set up for a client as a whole.

use std::{fmt, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use sio_p2p_protocol::ClientId;

use crate::outbox::WhileOffline;

/// Everything that was set up, beside what belongs to the transport.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) deadline: Duration,
    pub(crate) reconnect: Reconnect,
    pub(crate) accept_targets: AcceptFilter,
    pub(crate) is_service: bool,
}

/// The bounds of what waits.
#[derive(Debug)]
pub(crate) struct Buffers {
    pub(crate) outgoing: usize,
    pub(crate) incoming: usize,
    pub(crate) max_packet: usize,
    pub(crate) while_offline: WhileOffline,
}

/// Who may add this client.
#[derive(Clone, Default)]
pub(crate) struct AcceptFilter(pub(crate) Option<Arc<AcceptFn>>);

/// A filter of the application.
pub(crate) type AcceptFn = dyn Fn(&ClientId) -> bool + Send + Sync;

impl fmt::Debug for AcceptFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "filtered"
        } else {
            "anybody"
        })
    }
}

impl AcceptFilter {
    /// A client without an id cannot be asked about; only a filter turns it away.
    pub(crate) fn accepts(&self, client: Option<&ClientId>) -> bool {
        match (&self.0, client) {
            (None, _) => true,
            (Some(filter), Some(client)) => filter(client),
            (Some(_), None) => false,
        }
    }
}

/// When to try again after the connection was lost: at growing intervals with jitter, so that
/// the clients of a restarted server do not come back all at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconnect {
    /// About how long to wait before the first attempt; up to as much again is added by chance.
    pub first_delay: Duration,
    /// The longest delay, before chance adds to it.
    pub longest_delay: Duration,
    /// How many attempts to make before giving up; `None` for no end. Zero means that the first
    /// loss ends the client.
    pub attempts: Option<usize>,
    /// Whether to reconnect also when the server has disconnected this client, which in
    /// JavaScript ends it. Default: no. Useful with servers that say goodbye when they restart.
    pub after_goodbye: bool,
}

impl Default for Reconnect {
    /// Half a second, growing to 30 seconds, for ever.
    fn default() -> Self {
        Self {
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(30),
            attempts: None,
            after_goodbye: false,
        }
    }
}

impl Reconnect {
    /// The first loss of the connection ends the client.
    pub fn never() -> Self {
        Self {
            attempts: Some(0),
            ..Self::default()
        }
    }

    /// The usual, but for the delay before the first attempt: for servers that few clients share,
    /// and that are there again at once.
    pub fn after(first_delay: Duration) -> Self {
        Self {
            first_delay,
            ..Self::default()
        }
    }

    pub(crate) fn delays(self) -> impl Iterator<Item = Duration> + use<> {
        let delays = ExponentialBuilder::default()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_jitter();
        match self.attempts {
            Some(attempts) => delays.with_max_times(attempts).build(),
            None => delays.without_max_times().build(),
        }
    }
}
