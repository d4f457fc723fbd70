//! Time for packets that are delayed on purpose.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::relay::Output;

/// What becomes of a packet whose time has come.
type Later = Arc<dyn Fn(Output) + Send + Sync>;

/// Brings packets back after a while. The relay has no clock; this one is the shell's.
#[derive(Default)]
pub(super) struct Clock {
    delay: Duration,
    later: Option<Later>,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}

impl Clock {
    pub(super) fn new(delay: Duration) -> Self {
        Self { delay, later: None }
    }

    /// Says what becomes of packets whose time has come.
    pub(super) fn set(&mut self, later: impl Fn(Output) + Send + Sync + 'static) {
        self.later = Some(Arc::new(later));
    }

    /// Sends a packet later; gives it back if there is no way to.
    pub(super) fn delay(&self, output: Output) -> Option<Output> {
        let (Some(later), Ok(runtime)) = (self.later.clone(), Handle::try_current()) else {
            return Some(output);
        };
        let delay = self.delay;
        runtime.spawn(async move {
            tokio::time::sleep(delay).await;
            later(output);
        });
        None
    }
}
