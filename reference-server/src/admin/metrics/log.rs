//! What has not got into the log.

use std::fmt;
use std::sync::Arc;

/// How many lines of its log the program has dropped. None, if it does not say.
#[derive(Clone, Default)]
pub(crate) struct DroppedLogLines(Option<Arc<dyn Fn() -> u64 + Send + Sync>>);

impl DroppedLogLines {
    /// What this says whenever it is asked.
    pub(crate) fn new(count: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(count)))
    }

    /// How many there are by now.
    pub(super) fn count(&self) -> u64 {
        self.0.as_ref().map_or(0, |count| count())
    }
}

impl fmt::Debug for DroppedLogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DroppedLogLines")
            .field(&self.count())
            .finish()
    }
}
