//! Waiting without sleeping, and names.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Every test fails after this time rather than hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A deadline for things that must happen.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it should have happened by now")
}

/// Waits until a condition holds; for counters, which nobody announces.
///
/// Every look lets all other tasks run first, and so the connection that will change the counter.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        tokio::task::yield_now().await;
    }
}

/// A name that no other test uses.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
