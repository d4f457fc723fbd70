//! The first step of an answer.

use std::task::{Context, Poll, Waker};

/// Begins to answer a request now, instead of when the answer is asked for.
///
/// For the outermost service on a connection. hyper calls a service when a request has been
/// read, and may drop its future without asking for anything: when the same read has
/// brought the end of the connection. Then a client that polls and leaves at once would be
/// missed until its heartbeat. With this, [`Server::handle`](crate::Server::handle) has
/// heard of every request that was read.
pub fn begin<F: Future>(answer: F) -> impl Future<Output = F::Output> {
    let mut answer = Box::pin(answer);
    // The next poll registers the waker; it comes at once if the connection lives.
    let mut context = Context::from_waker(Waker::noop());
    let first = answer.as_mut().poll(&mut context);
    async move {
        match first {
            Poll::Ready(answer) => answer,
            Poll::Pending => answer.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use bytes::Bytes;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

    use super::begin;
    use crate::{Batch, CloseReason, Config, Handler, Opening, Server, Socket};

    /// Tells of ends.
    struct Ends(UnboundedSender<CloseReason>);

    impl Handler for Ends {
        type Data = ();

        fn open(&self, _: Opening) {}

        fn text(&self, _: &Arc<Socket<()>>, _: &str, _: &mut Batch<()>) {}

        fn binary(&self, _: &Arc<Socket<()>>, _: &[u8], _: &mut Batch<()>) {}

        fn closed(&self, _: &Arc<Socket<()>>, reason: CloseReason, _: &mut Batch<()>) {
            self.0.send(reason).ok();
        }
    }

    /// Serves a connection that brings a request and its own end, and gives what it was
    /// answered.
    async fn last_words(server: &Arc<Server<Ends>>, request: &str) -> String {
        let (stream, mut peer) = duplex(4096);
        peer.write_all(request.as_bytes()).await.unwrap();
        peer.shutdown().await.unwrap();
        let service = service_fn(|request| {
            let answer = begin(Arc::clone(server).handle(request));
            async { Ok::<_, Infallible>(answer.await) }
        });
        http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await
            .ok();
        let mut answer = String::new();
        peer.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_poll_that_comes_with_the_end_of_its_connection_has_broken() {
        let (ends, mut ended) = unbounded_channel();
        let server = Server::new(Arc::new(Ends(ends)), Config::default());
        let uri = "/?EIO=4&transport=polling";
        let hello = http::Request::get(uri).body(http_body_util::Empty::<Bytes>::new());
        let hello = Arc::clone(&server).handle(hello.unwrap()).await;
        let hello = http_body_util::BodyExt::collect(hello.into_body()).await;
        let hello = String::from_utf8(hello.unwrap().to_bytes().to_vec()).unwrap();
        let sid = hello.split('"').nth(3).unwrap();
        assert_eq!(server.sessions(), 1);
        let request = format!("GET {uri}&sid={sid} HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_eq!(last_words(&server, &request).await, "");
        assert_eq!(ended.try_recv(), Ok(CloseReason::TransportError));
        assert_eq!(server.sessions(), 0);
    }
}
