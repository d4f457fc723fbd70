//! What the admin listener answers.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::metrics::{self, Sources};
use super::readiness::Stage;

/// The pages of the admin listener.
#[derive(Debug)]
pub(crate) struct Pages {
    sources: Sources,
}

/// An answer, whole in memory.
pub(super) type Page = Response<Full<Bytes>>;

impl Pages {
    pub(crate) fn new(sources: Sources) -> Arc<Self> {
        Arc::new(Self { sources })
    }

    /// Answers one request. Its body, if it has one, is of no interest.
    pub(super) fn answer<B>(&self, request: &Request<B>) -> Page {
        // `HEAD` is answered like `GET`; hyper leaves the body out.
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut page = text(StatusCode::METHOD_NOT_ALLOWED, "expected GET\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            page.headers_mut().insert(ALLOW, allowed);
            return page;
        }
        match request.uri().path() {
            // That this is answered at all is the answer: the process is there, and
            // its runtime gets to its tasks.
            "/healthz" => text(StatusCode::OK, "ok\n"),
            "/readyz" => {
                let stage = self.sources.readiness.stage();
                let status = if stage == Stage::Serving {
                    StatusCode::OK
                } else {
                    StatusCode::SERVICE_UNAVAILABLE
                };
                text(status, &format!("{}\n", stage.name()))
            }
            "/metrics" => match metrics::render(&self.sources) {
                Ok(body) => page(StatusCode::OK, metrics::CONTENT_TYPE, body),
                Err(error) => text(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &format!("cannot write the metrics: {error}\n"),
                ),
            },
            _ => text(
                StatusCode::NOT_FOUND,
                "there are /healthz, /readyz and /metrics\n",
            ),
        }
    }
}

fn text(status: StatusCode, body: &str) -> Page {
    page(status, "text/plain; charset=utf-8", body.to_owned())
}

fn page(status: StatusCode, kind: &'static str, body: String) -> Page {
    let mut page = Response::new(Full::from(body));
    *page.status_mut() = status;
    let headers = page.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // An answer of a moment ago is of no use to anybody.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}
