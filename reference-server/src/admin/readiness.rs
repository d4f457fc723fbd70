//! Whether clients should be sent here.

use std::sync::atomic::{AtomicU8, Ordering};

/// The life of a server, as a balancer sees it.
#[derive(Debug, Default)]
pub(crate) struct Readiness(AtomicU8);

/// A stage of that life. It only ever moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It does not serve yet.
    Starting,
    /// It takes new clients.
    Serving,
    /// It has been told to stop. Those who are there are served for a while; nobody
    /// should be sent here any more.
    Draining,
}

impl Readiness {
    /// New clients are taken from now on.
    pub(crate) fn serving(&self) {
        self.0.store(1, Ordering::Release);
    }

    /// New clients should go elsewhere from now on.
    pub(crate) fn draining(&self) {
        self.0.store(2, Ordering::Release);
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.0.load(Ordering::Acquire) {
            0 => Stage::Starting,
            1 => Stage::Serving,
            _ => Stage::Draining,
        }
    }
}

impl Stage {
    /// One word for a page or a label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Serving => "serving",
            Self::Draining => "draining",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_only_between_its_start_and_its_end() {
        let readiness = Readiness::default();
        assert_eq!(readiness.stage(), Stage::Starting);
        readiness.serving();
        assert_eq!(readiness.stage(), Stage::Serving);
        readiness.draining();
        assert_eq!(readiness.stage(), Stage::Draining);
    }
}
