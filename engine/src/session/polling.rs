//! The polling requests of a session.

use super::Item;

/// How the answers to polling requests are written, as the first request of a session asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Form {
    /// The number of the function that the answers call, if they are scripts (JSONP).
    pub(crate) jsonp: Option<u32>,
    /// The client cannot read binary payloads.
    pub(crate) base64: bool,
}

/// Tells one polling request of a session from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request(pub(super) u32);

/// What a polling request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing yet.
    Wait,
    /// These packets, which are at least one.
    Packets(Vec<Item>),
    /// Nothing: the session has ended, and had nothing to say any more.
    Ended,
}

/// The requests that are open: one of each kind at the most.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Requests {
    /// The one that waits for packets.
    pub(super) get: Option<Request>,
    /// The one that brings packets.
    pub(super) post: Option<Request>,
    issued: u32,
}

impl Requests {
    /// A number for another request, or for a WebSocket.
    pub(super) fn number(&mut self) -> u32 {
        self.issued = self.issued.wrapping_add(1);
        self.issued
    }
}
