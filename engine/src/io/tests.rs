use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, body::Incoming};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;

/// What a request becomes on a connection that is wrapped like this: the connection under
/// its WebSocket, the bytes that were read too many, and the query.
async fn upgraded<S>(wrap: fn(StallGuard<TcpStream>) -> S) -> (Io, Vec<u8>, String)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    const REQUEST: &[u8] = b"GET /?a=<> HTTP/1.1\r\nconnection: upgrade\r\nupgrade: a\r\n\r\n\
        GET /<> HTTP/1.1\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    client.write_all(REQUEST).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let stream = wrap(StallGuard::new(stream, Duration::from_secs(20)));
    let (found, mut find) = mpsc::unbounded_channel();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        found
            .send((hyper::upgrade::on(&mut request), query))
            .unwrap();
        let mut response = Response::new(Empty::<Bytes>::new());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        async { Ok::<_, std::convert::Infallible>(response) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    connection.with_upgrades().await.unwrap();
    let (upgrade, query) = find.recv().await.unwrap();
    let (io, read) = Io::new(upgrade.await.unwrap());
    (io, read, query)
}

/// The TCP stream is taken over, and what was read behind the request has not changed.
#[tokio::test]
async fn a_lenient_connection_becomes_plain_tcp() {
    let (io, read, query) = upgraded(Lenient::new).await;
    assert!(matches!(io, Io::Tcp(..)));
    assert_eq!(query, "a=%3C%3E");
    assert_eq!(read, b"GET /<> HTTP/1.1\r\n\r\n");
}

/// With something in between, such as TLS, it is some other connection.
#[tokio::test]
async fn a_lenient_connection_that_is_no_tcp_stays_as_it_is() {
    let wrap = |guard| Lenient::new(tokio::io::BufReader::new(guard));
    let (io, _, query) = upgraded(wrap).await;
    assert!(matches!(io, Io::Other(_)));
    assert_eq!(query, "a=%3C%3E");
}
