//! What a client can do wrong.

use crate::fault::{Kind, Spec};

/// Something that a client can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each has its sentence in `ALL`")]
pub enum ClientFault {
    IgnoreCommand,
    RepeatCommand,
    AlterReply,
    TurnReply,
    LoseReport,
    RepeatReport,
    AlterReport,
    LosePacket,
    RepeatPacket,
    AlterPacket,
    InventAck,
    AlterHandshake,
}

impl Kind for ClientFault {
    const ALL: &'static [(Self, &'static str, &'static str)] = {
        use ClientFault as F;
        &[
            (
                F::IgnoreCommand,
                "ignore-command",
                "A command is replied with success and never done.",
            ),
            (
                F::RepeatCommand,
                "repeat-command",
                "A command is done twice.",
            ),
            (
                F::AlterReply,
                "alter-reply",
                "The value of a reply is another one.",
            ),
            (
                F::TurnReply,
                "turn-reply",
                "A success is replied as a failure, and a failure as a success.",
            ),
            (
                F::LoseReport,
                "lose-report",
                "An event of the driver is never reported.",
            ),
            (
                F::RepeatReport,
                "repeat-report",
                "An event of the driver is reported twice.",
            ),
            (
                F::AlterReport,
                "alter-report",
                "What an event of the driver holds is another value.",
            ),
            (
                F::LosePacket,
                "lose-packet",
                "A packet of the client does not reach the scripted server.",
            ),
            (
                F::RepeatPacket,
                "repeat-packet",
                "A packet of the client reaches the scripted server twice.",
            ),
            (
                F::AlterPacket,
                "alter-packet",
                "The last value or attachment in a packet of the client is another one.",
            ),
            (
                F::InventAck,
                "invent-ack",
                "A request of the server is acked at once, whatever the client does.",
            ),
            (
                F::AlterHandshake,
                "alter-handshake",
                "The query of the client's handshake names another client id.",
            ),
        ]
    };
    const WHOSE: &'static str = "a client";
    const PAGE: &'static str = "spec/driver.md";
}

/// A fault of a client, and what it hits: a command, an event of the driver, or an event on
/// the wire, where `event` and `ack` stand for all such packets.
pub type ClientFaultSpec = Spec<ClientFault>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for (fault, name, sentence) in ClientFault::ALL {
            let spec: ClientFaultSpec = format!("{name}:x").parse().unwrap();
            assert_eq!((spec.fault, fault.name()), (*fault, *name));
            assert_eq!(spec.to_string(), format!("{name}:x"));
            let page = include_str!("../../../../../spec/driver.md");
            let row = format!("| `{name}` | {sentence} |");
            assert!(page.contains(&row), "spec/driver.md lacks {row}");
        }
        for bad in ["drop-ack", "lose-report:", ""] {
            assert!(bad.parse::<ClientFaultSpec>().is_err(), "{bad}");
        }
    }
}
