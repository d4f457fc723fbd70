//! The body of an answer.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// The body of an answer, which is there as a whole.
#[derive(Default)]
pub struct Body {
    bytes: Option<Bytes>,
    /// What happens if the bytes are not taken.
    lost: Option<Box<dyn FnOnce() + Send>>,
}

impl Body {
    /// A body of these bytes.
    pub(super) fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            bytes: (!bytes.is_empty()).then_some(bytes),
            lost: None,
        }
    }

    /// A body with packets in it: if it is dropped before it was taken, they are lost.
    pub(super) fn or_else(mut self, lost: impl FnOnce() + Send + 'static) -> Self {
        self.lost = Some(Box::new(lost));
        self
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.lost = None;
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(lost) = self.lost.take()
            && self.bytes.is_some()
        {
            lost();
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
