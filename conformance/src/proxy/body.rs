//! Bodies that somebody looks at while they pass.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use sio_p2p_transport::PayloadReader;

use super::forward::Body as Boxed;
use crate::player::play::trace::Way;
use crate::record::recorder::{Pending, Session};

/// The body of a poll or a post, on its way.
pub(super) struct Watched {
    inner: Incoming,
    session: Session,
    way: Way,
    reader: Option<PayloadReader>,
    /// How much is still to come, if that is known.
    left: Option<u64>,
}

impl Watched {
    /// Watches a body if there is a session.
    pub(super) fn wrap(inner: Incoming, session: Option<Session>, way: Way, kind: &str) -> Boxed {
        match session {
            None => inner.boxed(),
            Some(session) => {
                let reader = Some(session.payload(kind));
                let left = inner.size_hint().exact();
                BoxBody::new(Self {
                    inner,
                    session,
                    way,
                    reader,
                    left,
                })
            }
        }
    }

    fn see(&mut self, data: Option<&Bytes>) {
        let Some(reader) = &mut self.reader else {
            return;
        };
        if let Some(data) = data {
            reader.push(data);
            if let Some(left) = &mut self.left {
                *left = left.saturating_sub(data.len() as u64);
            }
        }
        // Whoever reads the last byte may act on it before it learns of the end.
        let over = data.is_none() || self.left == Some(0);
        if over {
            reader.finish();
        }
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => self.session.frame(self.way, frame),
                Ok(None) => break,
                Err(reason) => {
                    self.session.unreadable(&reason.to_string());
                    self.reader = None;
                    return;
                }
            }
        }
        if over {
            self.reader = None;
        }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => self.see(frame.data_ref()),
            Some(Err(_)) => self.reader = None,
            None => self.see(None),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body that is missed if it does not reach its end.
pub(super) struct Guarded {
    inner: Boxed,
    pending: Option<Pending>,
}

impl Guarded {
    pub(super) fn new(inner: Boxed, pending: Option<Pending>) -> Self {
        let mut body = Self { inner, pending };
        if body.inner.is_end_stream() {
            body.done();
        }
        body
    }

    fn done(&mut self) {
        if let Some(pending) = self.pending.take() {
            pending.done();
        }
    }
}

impl Body for Guarded {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        // After the last byte nobody may ask for the end.
        if !matches!(&frame, Some(Ok(_))) || self.inner.is_end_stream() {
            self.done();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
