//! Bodies that are looked at while they pass.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame as BodyFrame, Incoming, SizeHint};
use sio_p2p_transport::{Frame, PayloadReader};

use super::forward::Body as Boxed;
use crate::player::play::trace::Way;
use crate::record::recorder::{Pending, Session};

/// A body on its way.
pub(super) struct Watched {
    inner: Incoming,
    watch: Option<Watch>,
    /// Missed if the body does not reach its end.
    pending: Option<Pending>,
}

/// Looks at the payload of a poll or a post.
pub(super) struct Watch {
    session: Session,
    way: Way,
    reader: PayloadReader,
    /// How much is still to come, if that is known.
    left: Option<u64>,
}

impl Watched {
    /// Watches a body of this content type if there is a session.
    pub(super) fn wrap(
        inner: Incoming,
        session: Option<Session>,
        way: Way,
        kind: &str,
        pending: Option<Pending>,
    ) -> Boxed {
        let left = inner.size_hint().exact();
        let watch = session.map(|session| Watch {
            reader: session.payload(kind),
            session,
            way,
            left,
        });
        let mut body = Self {
            inner,
            watch,
            pending,
        };
        if body.inner.is_end_stream() {
            body.done();
        }
        body.boxed()
    }

    fn done(&mut self) {
        if let Some(pending) = self.pending.take() {
            pending.done();
        }
    }
}

impl Watch {
    /// Looks at what has passed, or learns of the end; `false` if there is nothing more to see.
    fn see(&mut self, data: Option<&Bytes>) -> bool {
        if let Some(data) = data {
            self.reader.push(data);
            if let Some(left) = &mut self.left {
                *left = left.saturating_sub(data.len() as u64);
            }
        }
        // A reader of the last byte may act on it before it learns of the end.
        let over = data.is_none() || self.left == Some(0);
        if over {
            self.reader.finish();
        }
        let whole = tell(&self.session, self.way, || self.reader.next_frame());
        whole && !over
    }
}

/// Tells a session of the frames that have become whole; `false` if no more can be read.
pub(super) fn tell<E: Display>(
    session: &Session,
    way: Way,
    mut next: impl FnMut() -> Result<Option<Frame>, E>,
) -> bool {
    loop {
        match next() {
            Ok(Some(frame)) => session.frame(way, frame),
            Ok(None) => return true,
            Err(why) => {
                session.unreadable(&why.to_string());
                return false;
            }
        }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        let goes_on = match (&mut self.watch, &frame) {
            (Some(watch), Some(Ok(frame))) => watch.see(frame.data_ref()),
            (Some(watch), None) => watch.see(None),
            (_, Some(Err(_))) | (None, _) => false,
        };
        if !goes_on {
            self.watch = None;
        }
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
