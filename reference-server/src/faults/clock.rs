//! Packets that are sent later.

use std::fmt;
use std::sync::Weak;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::host::Door;
use crate::relay::Output;

/// Brings packets back after a while. The relay has no clock; this one is the
/// shell's, through its door.
#[derive(Default)]
pub(super) struct Clock {
    delay: Duration,
    door: Option<Weak<dyn Door>>,
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
        Self { delay, door: None }
    }

    pub(super) fn attend(&mut self, door: Weak<dyn Door>) {
        self.door = Some(door);
    }

    /// Sends a packet later; gives it back if there is no way to.
    pub(super) fn delay(&self, output: Output) -> Option<Output> {
        let (Some(door), Ok(runtime)) = (self.door.clone(), Handle::try_current()) else {
            return Some(output);
        };
        let delay = self.delay;
        runtime.spawn(async move {
            tokio::time::sleep(delay).await;
            // A server that has ended sends nothing any more.
            if let Some(door) = door.upgrade() {
                door.enter().faults.send(output);
            }
        });
        None
    }
}
