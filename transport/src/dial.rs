//! Byte streams to the server: TCP, perhaps through a proxy, perhaps under TLS.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream, rustls::pki_types::ServerName};

use crate::{
    error::{ConnectError, Stage},
    options::ConnectOptions,
    proxy::Proxy,
    tls::server_name,
    websocket::Link,
};

/// Opens the streams of one connection: one for a WebSocket, several for polling.
#[derive(Clone)]
pub(crate) struct Dialer {
    address: String,
    proxy: Option<Proxy>,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    reset: Arc<AtomicBool>,
}

impl Dialer {
    /// Fails if the TLS settings cannot be used.
    pub(crate) fn new(options: &ConnectOptions) -> Result<Self, ConnectError> {
        let tls = if options.secure {
            Some((options.tls.connector()?, server_name(&options.host)?))
        } else {
            None
        };
        Ok(Self {
            address: options.authority(),
            proxy: options.proxy.clone(),
            tls,
            reset: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Opens a stream.
    pub(crate) async fn dial(&self) -> Result<Line, ConnectError> {
        let tcp = self.tcp().await?;
        self.secure(tcp).await
    }

    /// Opens a stream until then; the error names the step that took too long.
    pub(crate) async fn dial_until(
        &self,
        deadline: Instant,
        timeout: impl Fn(Stage) -> ConnectError,
    ) -> Result<Line, ConnectError> {
        let tcp = timeout_at(deadline, self.tcp())
            .await
            .map_err(|_| timeout(Stage::Tcp))??;
        timeout_at(deadline, self.secure(tcp))
            .await
            .map_err(|_| timeout(Stage::Tls))?
    }

    /// Host and port of the server, for messages.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Makes the coming end of every stream a reset.
    pub(crate) fn reset_on_drop(&self) {
        self.reset.store(true, Ordering::SeqCst);
    }

    async fn tcp(&self) -> Result<TcpStream, ConnectError> {
        let unreachable = |source| ConnectError::Unreachable {
            address: self.address.clone(),
            source,
        };
        let proxied = match &self.proxy {
            Some(proxy) => proxy.dial(self.tls.is_some(), &self.address).await,
            None => None,
        };
        let tcp = match proxied {
            Some(stream) => stream?,
            None => TcpStream::connect(&self.address)
                .await
                .map_err(unreachable)?,
        };
        tcp.set_nodelay(true).map_err(unreachable)?;
        Ok(tcp)
    }

    async fn secure(&self, tcp: TcpStream) -> Result<Line, ConnectError> {
        let io = match &self.tls {
            None => Io::Plain(tcp),
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), tcp).await;
                let stream = stream.map_err(|source| ConnectError::Tls {
                    address: self.address.clone(),
                    source,
                })?;
                Io::Tls(Box::new(stream))
            }
        };
        Ok(Line {
            io,
            reset: Arc::clone(&self.reset),
        })
    }
}

/// A byte stream to the server.
#[derive(Debug)]
pub(crate) struct Line {
    io: Io,
    /// Shared by all lines of a connection.
    reset: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    fn io(&mut self) -> Pin<&mut dyn Duplex> {
        match &mut self.io {
            Io::Plain(stream) => Pin::new(stream),
            Io::Tls(stream) => Pin::new(&mut **stream),
        }
    }
}

/// Both kinds of stream as one.
trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.io().poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io().poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io().poll_shutdown(context)
    }
}

impl Link for Line {
    fn reset_on_drop(&mut self) {
        self.reset.store(true, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.reset.load(Ordering::SeqCst) {
            let tcp = match &self.io {
                Io::Plain(tcp) => tcp,
                Io::Tls(stream) => stream.get_ref().0,
            };
            // Linger 0 makes close() discard unsent data and send RST. If the option cannot be
            // set, the connection is still dropped, only more politely.
            let _ = tcp.set_zero_linger();
        }
    }
}
