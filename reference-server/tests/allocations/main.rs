//! How much memory the server takes: none for a message, little for a connection.
//!
//! The allocator of this binary counts what each thread asks it for.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod relay;
mod served;
