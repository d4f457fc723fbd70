//! The table of the APIs that a client provides.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use sio_p2p_protocol::ApiName;

/// The APIs that this client provides.
pub(crate) type Apis = Mutex<BTreeMap<ApiName, Provided>>;

/// An API that this client provides.
#[derive(Debug)]
pub(crate) struct Provided {
    /// The listener of its provider, which tells it from another provider of the same name.
    pub(crate) listener: u64,
    /// The connection on which the server knows of it; none while it does not.
    pub(crate) known_on: Option<u64>,
}
