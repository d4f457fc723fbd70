//! Buffers that are used again.
//!
//! A connection that is idle holds no buffer. One that reads or writes borrows a buffer
//! of the thread it runs on and gives it back soon, so that relaying allocates nothing.

use std::cell::RefCell;

/// How large a buffer is at first. Most turns of a connection need no more.
const FIRST: usize = 1 << 10;

/// A buffer larger than this is not kept.
const LARGEST: usize = 128 << 10;

/// How many bytes the buffers of one thread have together, at the most.
const KEPT: usize = 1 << 20;

#[derive(Debug, Default)]
struct Pool {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

/// An empty buffer.
pub(crate) fn take() -> Vec<u8> {
    let kept = POOL.with_borrow_mut(|pool| {
        let buffer = pool.buffers.pop();
        if let Some(buffer) = &buffer {
            pool.bytes -= buffer.capacity();
        }
        buffer
    });
    kept.unwrap_or_else(|| Vec::with_capacity(FIRST))
}

/// Gives a buffer back, whatever it holds.
pub(crate) fn give(mut buffer: Vec<u8>) {
    if buffer.capacity() == 0 || buffer.capacity() > LARGEST {
        return;
    }
    buffer.clear();
    POOL.with_borrow_mut(|pool| {
        if pool.bytes + buffer.capacity() <= KEPT {
            pool.bytes += buffer.capacity();
            pool.buffers.push(buffer);
        }
    });
}
