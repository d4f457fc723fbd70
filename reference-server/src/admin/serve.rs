//! The listener of the admin pages.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};
use tracing::{debug, warn};

use super::Pages;

/// How many may look at the same time. A scraper, a balancer and an operator need
/// three. When more come, the oldest connection gives way: whoever holds connections
/// without a request must not keep a health check out.
const MAX_CONNECTIONS: usize = 64;

/// How long a request may take to arrive, and a connection may idle.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait after a failed accept; see [`crate::net`].
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves the pages for ever. Dropping the future ends every connection.
pub(crate) async fn serve(listener: TcpListener, pages: Arc<Pages>) {
    let mut connections = JoinSet::new();
    // Those that are open, the oldest first.
    let mut open: VecDeque<AbortHandle> = VecDeque::with_capacity(MAX_CONNECTIONS);
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!(%error, "cannot accept a connection to the admin pages");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Those that have ended are forgotten, so neither list grows.
        while connections.try_join_next().is_some() {}
        open.retain(|connection| !connection.is_finished());
        if open.len() == MAX_CONNECTIONS
            && let Some(oldest) = open.pop_front()
        {
            debug!("closing the oldest connection to the admin pages for a new one");
            oldest.abort();
        }
        let pages = Arc::clone(&pages);
        let connection = connections.spawn(async move {
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
        });
        open.push_back(connection);
    }
}
