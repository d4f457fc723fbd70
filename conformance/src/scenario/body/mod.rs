//! What the verbs need to know: one type per verb with a body.

mod client;
mod connection;
mod engine;
mod message;
mod raw;
mod service;
mod stream;
mod target;
mod time;

use super::verb::verbs;

pub use client::{
    Admit, ClientName, Drive, Expect, ExpectMessage, Handshake, HangUp, HangingUp, ReadStream,
    Replied, Send, SendMessage, SendText, Told,
};
pub use connection::{
    Closed, ClosedBy, ConnectionStatus, Disconnect, Gone, Leaving, ListClients, Refused,
};
pub use engine::{Http, Noops, Probe, ProbeEnd};
pub use message::{Acked, Answer, Emit, Receive, Request, RequestName, ServerErrorSeen};
pub use raw::{PacketKind, ReceivePacket, SendFrame, SendPacket};
pub use service::{CheckApi, CreateApi, DestroyApi, UseApi};
pub use stream::{OpenStream, StreamOffered};
pub use target::{AddTarget, EmitRoom, RoomChange, TargetAdded, TargetLeft};
pub use time::{Heartbeat, PassTime};

verbs! {
    /// A body without fields: `{}`.
    pub struct Nothing: Act {
    }

    /// Several observing actors.
    pub struct Observers: Act {
        /// The actors.
        #[schemars(length(min = 1))]
        at: Vec<String> => Observes,
    }

    /// Body of `fence`.
    pub struct Fence: Act {
        /// Who sends.
        from: String => Acts,
        /// Who must have received.
        to: String => Observes,
    }
}
