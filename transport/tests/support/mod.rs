//! Helpers of the integration tests.

pub(crate) mod http;
mod js;
pub(crate) mod latch;
pub(crate) mod proxy;
pub(crate) mod scripted;
pub(crate) mod tls;
mod trace;

use std::time::Duration;

pub(crate) use js::{JsServer, Target};
pub(crate) use trace::Trace;

/// Awaits something that must come soon; a test that would hang fails instead.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what)
        .await
        .expect("nothing within 20 s")
}
