//! One task for each attached relay: it takes answers when they come, and keeps
//! house.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle as Runtime;
use tracing::error;

use super::asks::Signals;
use super::sockets::Shared;

/// Often enough for deadlines that people notice, seldom enough to cost nothing.
const PAUSE: Duration = Duration::from_millis(250);

/// Starts the watch when the first client comes: there is a runtime by then. It ends
/// with the relay.
pub(super) fn start(shared: &Arc<Shared>) {
    shared.runtime.get_or_init(|| {
        let runtime = Runtime::current();
        let watch = watch(Arc::downgrade(shared), Arc::clone(&shared.signals));
        runtime.spawn(watch);
        runtime
    });
}

async fn watch(shared: Weak<Shared>, signals: Arc<Signals>) {
    let mut tick = tokio::time::interval(PAUSE);
    loop {
        let due = tokio::select! {
            () = signals.changed.notified() => false,
            _ = tick.tick() => true,
        };
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let attend = || shared.attend(due);
        if catch_unwind(AssertUnwindSafe(attend)).is_err() {
            error!("the watch of the relay has made a mistake and goes on");
        }
    }
}

impl Shared {
    /// Looks after what has been signalled, and if it is `due`, after everything.
    fn attend(&self, due: bool) {
        let (answered, dropped) = self.signals.take();
        self.lock().with(|sockets| {
            for id in answered {
                sockets.take_answers(id);
            }
            for id in dropped {
                sockets.gone(id);
            }
            if due {
                sockets.housekeep();
            }
        });
    }
}
