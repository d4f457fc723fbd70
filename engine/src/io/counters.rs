//! What passes through TCP connections, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What passes through the connections that share it. Every number only grows.
#[derive(Debug, Default)]
pub struct IoCounters {
    accepted: AtomicU64,
    ended: AtomicU64,
    stalled: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
}

/// Nothing is ordered by these numbers: who reads them wants to know about how many.
const ORDER: Ordering = Ordering::Relaxed;

impl IoCounters {
    pub(super) fn accept(&self) {
        self.accepted.fetch_add(1, ORDER);
    }

    pub(super) fn end(&self) {
        self.ended.fetch_add(1, ORDER);
    }

    pub(super) fn stall(&self) {
        self.stalled.fetch_add(1, ORDER);
    }

    pub(super) fn add_read(&self, bytes: usize) {
        self.read.fetch_add(bytes as u64, ORDER);
    }

    pub(super) fn add_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, ORDER);
    }

    /// Connections that were accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(ORDER)
    }

    /// Connections that have ended.
    pub fn ended(&self) -> u64 {
        self.ended.load(ORDER)
    }

    /// Connections that were dropped because they took no byte for too long.
    pub fn stalled(&self) -> u64 {
        self.stalled.load(ORDER)
    }

    /// Bytes that were read, with all that HTTP and TLS add.
    pub fn read(&self) -> u64 {
        self.read.load(ORDER)
    }

    /// Bytes that were written, likewise.
    pub fn written(&self) -> u64 {
        self.written.load(ORDER)
    }
}
