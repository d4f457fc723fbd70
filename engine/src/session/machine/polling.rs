//! Requests that poll, and requests that bring packets.

use bytes::Bytes;

use super::{Machine, Phase};
use crate::CloseReason;
use crate::session::{Answer, Item, Refusal, Request, Transport};

/// How many bytes one polling request gets, not counting the last packet.
const ANSWER: usize = 4 << 20;

impl Machine {
    /// A request polls. It has to be [answered](Self::answer) or to be said
    /// [broken](Self::poll_broke).
    pub(crate) fn poll(&mut self) -> Result<Request, Refusal> {
        self.admit()?;
        if self.requests.get.is_some() {
            return Err(self.overlap());
        }
        let request = Request(self.requests.number());
        self.requests.get = Some(request);
        Ok(request)
    }

    /// A request brings packets. Its [end](Self::post_ended) has to be told.
    pub(crate) fn post(&mut self) -> Result<Request, Refusal> {
        self.admit()?;
        if !self.is_open() {
            return Err(Refusal::Ended);
        }
        if self.requests.post.is_some() {
            return Err(self.overlap());
        }
        let request = Request(self.requests.number());
        self.requests.post = Some(request);
        Ok(request)
    }

    /// Whether the session takes polling requests.
    fn admit(&self) -> Result<(), Refusal> {
        if self.transport == Transport::WebSocket {
            return Err(Refusal::TransportMismatch);
        }
        match self.phase {
            Phase::Ended(_) if self.linger.is_none() => Err(Refusal::Ended),
            _ => Ok(()),
        }
    }

    /// Two requests of one kind are open. No order is left that could be kept.
    fn overlap(&mut self) -> Refusal {
        self.end(CloseReason::OverlappingRequests);
        Refusal::Overlap
    }

    /// What the request that polls gets. It is over unless it has to wait.
    pub(crate) fn answer(&mut self, request: Request) -> Answer {
        if self.requests.get != Some(request) {
            return Answer::Ended;
        }
        let packets = self.queue.take(ANSWER);
        if packets.is_empty() {
            if let Phase::Ended(_) = self.phase {
                self.requests.get = None;
                self.linger = None;
                return Answer::Ended;
            }
            if self.transport == Transport::Polling && !self.noop {
                return Answer::Wait;
            }
        }
        self.noop = false;
        self.requests.get = None;
        if packets.is_empty() {
            return Answer::Packets(vec![Item::Text(Bytes::from_static(b"6"))]);
        }
        if matches!(self.phase, Phase::Ended(_)) && self.queue.depth().0 == 0 {
            // That was the last of it.
            self.linger = None;
        }
        Answer::Packets(packets)
    }

    /// The request that polls was given up before it was answered, or while it was.
    pub(crate) fn poll_broke(&mut self, request: Request) {
        if self.requests.get == Some(request) {
            self.requests.get = None;
            // On a WebSocket by now: nothing depends on the request any more.
            if self.transport == Transport::Polling {
                self.end(CloseReason::TransportError);
            }
        }
    }

    /// The answer to a request did not arrive, and the packets in it are lost.
    pub(crate) fn answer_lost(&mut self) {
        self.end(CloseReason::TransportError);
    }

    /// The request that brings packets is over.
    pub(crate) fn post_ended(&mut self, request: Request, whole: bool) {
        if self.requests.post == Some(request) {
            self.requests.post = None;
            if !whole && self.transport == Transport::Polling {
                self.end(CloseReason::TransportError);
            }
        }
    }
}
