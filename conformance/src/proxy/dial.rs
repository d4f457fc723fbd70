//! Connections of a proxy to its server, under TLS if the server wants it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use sio_p2p_transport::{Proxy, Session, Tls};
use tokio::net::TcpStream;
use tower_service::Service;

/// Opens connections.
#[derive(Debug, Clone)]
pub(super) struct Dialer {
    tls: Option<Tls>,
    proxy: Option<Proxy>,
}

impl Dialer {
    /// With these settings of TLS, or without it, and through this proxy.
    pub(super) fn new(tls: Option<Tls>, proxy: Option<Proxy>) -> Self {
        Self { tls, proxy }
    }
}

/// A connection.
#[derive(Debug)]
pub(super) enum Line {
    Plain(TokioIo<TcpStream>),
    Secure(TokioIo<Session<TcpStream>>),
}

impl Service<Uri> for Dialer {
    type Response = Line;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Line>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { tls, proxy } = self.clone();
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().to_owned();
            let usual = if tls.is_some() { 443 } else { 80 };
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            let port = uri.port_u16().unwrap_or(usual);
            let target = format!("{host}:{port}");
            let through = match &proxy {
                Some(proxy) => proxy.dial(tls.is_some(), &target).await,
                None => None,
            };
            let stream = match through {
                Some(stream) => stream.map_err(io::Error::other)?,
                None => TcpStream::connect((bare, port)).await?,
            };
            stream.set_nodelay(true)?;
            Ok(match tls {
                None => Line::Plain(TokioIo::new(stream)),
                Some(tls) => {
                    let session = tls.session(&host, stream).await;
                    Line::Secure(TokioIo::new(session.map_err(io::Error::other)?))
                }
            })
        })
    }
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_read(context, buffer),
            Self::Secure(line) => Pin::new(line).poll_read(context, buffer),
        }
    }
}

impl Write for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_write(context, data),
            Self::Secure(line) => Pin::new(line).poll_write(context, data),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_flush(context),
            Self::Secure(line) => Pin::new(line).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(line) => Pin::new(line).poll_shutdown(context),
            Self::Secure(line) => Pin::new(line).poll_shutdown(context),
        }
    }
}
