//! Ways through a proxy: HTTP CONNECT and SOCKS5, as hyper-util speaks them.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use hyper_util::{
    client::{
        legacy::connect::proxy::{SocksV5, Tunnel},
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::error::ConnectError;

/// The proxy that connections go through, WebSocket and polling alike.
///
/// Through an HTTP proxy everything is tunnelled by CONNECT, unencrypted connections as well,
/// since a WebSocket needs a stream of its own.
#[derive(Clone)]
pub struct Proxy {
    matcher: Arc<Matcher>,
    /// For messages; without credentials.
    name: String,
}

impl Proxy {
    /// A proxy by its URL: `http://host:port` for CONNECT, `socks5://host:port` or
    /// `socks5h://host:port` (names are resolved by the proxy) for SOCKS5. User name and
    /// password may stand in it.
    ///
    /// Fails if the URL cannot be read or names another kind of proxy.
    pub fn new(url: &str) -> Result<Self, ConnectError> {
        let invalid = |why: String| ConnectError::InvalidOptions(why);
        let parsed =
            url::Url::parse(url).map_err(|error| invalid(format!("proxy url: {error}")))?;
        let scheme = parsed.scheme();
        if !["http", "socks5", "socks5h"].contains(&scheme) {
            return Err(invalid(format!(
                "proxy url scheme '{scheme}' is not http, socks5 or socks5h"
            )));
        }
        let matcher = Matcher::builder().all(url).build();
        let sample = Uri::from_static("http://example.com");
        let Some(found) = matcher.intercept(&sample) else {
            return Err(invalid("the proxy url cannot be used".to_owned()));
        };
        let name = authority(found.uri());
        Ok(Self {
            matcher: Arc::new(matcher),
            name,
        })
    }

    /// What the environment says, as curl reads it: `ALL_PROXY`, `HTTP_PROXY`, `HTTPS_PROXY`,
    /// in capitals or not, and the exceptions of `NO_PROXY`. Read once, by this call.
    pub fn from_env() -> Self {
        Self {
            matcher: Arc::new(Matcher::from_env()),
            name: "of the environment".to_owned(),
        }
    }

    /// Connects to a target (`host:port`) through the proxy: for programs that speak to it
    /// themselves. `None` if the proxy is not for this target. `secure` says whether TLS will be
    /// spoken, which the environment may have a proxy of its own for.
    pub async fn dial(
        &self,
        secure: bool,
        target: &str,
    ) -> Option<Result<TcpStream, ConnectError>> {
        let scheme = if secure { "https" } else { "http" };
        let target: Uri = match format!("{scheme}://{target}/").parse() {
            Ok(uri) => uri,
            Err(error) => return Some(Err(ConnectError::InvalidOptions(format!("{error}")))),
        };
        let found = self.matcher.intercept(&target)?;
        let failed = |why: String| ConnectError::Proxy {
            address: authority(found.uri()),
            why,
        };
        Some(through(&found, target).await.map_err(failed))
    }
}

async fn through(found: &Intercept, target: Uri) -> Result<TcpStream, String> {
    let stream = match found.uri().scheme_str() {
        Some("http") | None => {
            let mut tunnel = Tunnel::new(found.uri().clone(), Tcp);
            if let Some(auth) = found.basic_auth() {
                tunnel = tunnel.with_auth(auth.clone());
            }
            tunnel.call(target).await.map_err(|error| chain(&error))?
        }
        Some(scheme @ ("socks5" | "socks5h")) => {
            let mut socks = SocksV5::new(found.uri().clone(), Tcp).local_dns(scheme == "socks5");
            if let Some((user, password)) = found.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            socks.call(target).await.map_err(|error| chain(&error))?
        }
        Some(other) => return Err(format!("proxies of kind '{other}' are not supported")),
    };
    Ok(stream.into_inner())
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn authority(proxy: &Uri) -> String {
    let port = proxy.port_u16().unwrap_or_else(|| default_port(proxy));
    format!("{}:{port}", proxy.host().unwrap_or_default())
}

fn default_port(proxy: &Uri) -> u16 {
    match proxy.scheme_str() {
        Some("http") | None => 80,
        _ => 1080,
    }
}

/// Connects to the proxy itself.
#[derive(Debug, Clone)]
struct Tcp;

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        Box::pin(async move {
            TcpStream::connect(authority(&proxy))
                .await
                .map(TokioIo::new)
        })
    }
}

/// Without credentials.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_named_without_secrets() {
        let proxy = Proxy::new("socks5://me:secret@localhost").unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(localhost:1080)");
        for bad in ["x", "https://h:1", "ftp://h"] {
            let error = Proxy::new(bad).unwrap_err().to_string();
            assert!(error.contains("proxy url"), "{error}");
        }
    }
}
