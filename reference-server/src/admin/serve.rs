//! The listener of the admin pages.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::{debug, warn};

use super::Pages;

/// How many may look at the same time. A scraper, a balancer and an operator need
/// three.
const MAX_CONNECTIONS: usize = 64;

/// How long a request may take to arrive, and a connection may idle.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait after a failed accept; see [`crate::net`].
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves the pages for ever. Dropping the future ends every connection.
pub(crate) async fn serve(listener: TcpListener, pages: Arc<Pages>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    // The semaphore is never closed, so there always comes a slot.
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!(%error, "cannot accept a connection to the admin pages");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let pages = Arc::clone(&pages);
        connections.spawn(async move {
            let service = service_fn(|request| {
                let page = pages.answer(&request);
                async move { Ok::<_, Infallible>(page) }
            });
            let outcome = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            if let Err(error) = outcome {
                debug!(%error, "a connection to the admin pages ended early");
            }
            drop(slot);
        });
        // Those that have ended are forgotten, so the set does not grow.
        while connections.try_join_next().is_some() {}
    }
}
