//! Tests of what an operator sees: health, metrics, TLS, proxies, web pages. The
//! clients are literal frames and requests, which share no code with the server.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]
#![expect(clippy::float_cmp, reason = "metrics of counts are whole numbers")]

mod certificates;
mod client;
mod cors;
mod http;
mod metrics;
mod paths;
mod readiness;
mod secure;
mod server;
mod tls;
