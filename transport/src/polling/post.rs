//! Handing frames over: as many in one POST as fit, one POST at a time.

use std::task::{Context, Poll, ready};

use http::Method;

use super::{Held, MAX_BODY, Polling, encode, encode::encode};
use crate::{close::CloseReason, frame::Frame};

impl Polling {
    /// Goes on with the POST under way, if there is one.
    pub(super) fn poll_posted(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), CloseReason>> {
        while !self.post.is_idle() {
            let Some((status, body)) = &mut self.posted else {
                let head = ready!(self.post.poll_head(context)).map_err(CloseReason::from)?;
                self.cookies.take(&head.headers);
                self.posted = Some((head.status, Vec::new()));
                continue;
            };
            let piece = ready!(self.post.poll_body(context));
            if let Ok(Some(data)) = &piece {
                body.extend_from_slice(data);
                if body.len() <= MAX_BODY {
                    continue;
                }
            }
            let (status, body) = (status.as_u16(), std::mem::take(body));
            self.posted = None;
            if status != 200 {
                return Poll::Ready(Err(refused(status, &body)));
            }
            if piece?.is_some() {
                let why = "the answer to a post does not end".to_owned();
                return Poll::Ready(Err(CloseReason::Http(why)));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Begins a POST with as many frames as fit.
    pub(super) fn begin_post(&mut self) -> Result<(), CloseReason> {
        let (mut frames, mut total) = (Vec::new(), 0);
        while let Some(frame) = self.queue.front() {
            let size = encode::size(self.options.eio, frame);
            // The goodbye travels alone: servers handle packets later than the end of an engine.
            let alone = matches!(frame, Frame::Close { .. });
            if !frames.is_empty() && (alone || total + size > self.max_payload) {
                break;
            }
            total += size;
            frames.extend(self.queue.pop_front());
        }
        self.queued = self.queue.iter().map(Frame::len).sum();
        let body = encode(self.options.eio, self.options.polling_base64, &frames);
        let request = self
            .request(Method::POST, Some(body.content_type), body.data)
            .map_err(|error| CloseReason::Http(error.to_string()))?;
        self.post.ask(request);
        Ok(())
    }

    pub(super) fn poll_write_out(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), CloseReason>> {
        loop {
            ready!(self.poll_posted(context))?;
            if self.queue.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if self.held == Held::All {
                return Poll::Pending;
            }
            self.begin_post()?;
        }
    }
}

pub(super) fn refused(status: u16, body: &[u8]) -> CloseReason {
    let start = body.get(..400).unwrap_or(body);
    CloseReason::HttpStatus {
        status,
        body: String::from_utf8_lossy(start).into_owned(),
    }
}
