//! An event that has arrived at somebody who takes part.

use std::fmt;

use sio_p2p_transport::Data;

use crate::json::shorten;

/// An event that has arrived.
#[derive(Debug, Clone)]
pub(crate) struct EventSeen {
    /// The place in the order of arrival, acks counted with the events.
    pub(crate) order: u64,
    /// Name and arguments.
    pub(crate) data: Data,
    /// The number under which an ack is asked for.
    pub(crate) ack: Option<u64>,
}

impl EventSeen {
    /// The name and the arguments, as JSON texts.
    pub(crate) fn parts(&self) -> (String, String) {
        let elements = self.data.elements();
        let name = elements
            .first()
            .map(|name| name.get().to_owned())
            .unwrap_or_default();
        let args: Vec<_> = elements.iter().skip(1).map(|arg| arg.get()).collect();
        (name, format!("[{}]", args.join(",")))
    }
}

impl fmt::Display for EventSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, args) = self.parts();
        write!(f, "event {name} {}", shorten(&args, 200))?;
        f.write_str(self.ack.map_or("", |_| ", asking for an ack"))
    }
}
