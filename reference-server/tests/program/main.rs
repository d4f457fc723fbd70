//! Tests of the binary `p2p-server`, as its users meet it.

mod interop;
mod node;
mod options;
mod process;
mod signals;
