//! What a proxy can do wrong, between a server and its clients.
//!
//! To whoever sits behind it, the server seems to do it. So a server needs no switches to
//! show that a check notices it, and it may be any server.

use crate::fault::{Kind, Spec};

/// How all names begin, which tells them from those of other faults.
pub const PREFIX: &str = "proxy-";

/// Something that a proxy can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each has its sentence in `ALL`")]
pub enum ProxyFault {
    Lose,
    Repeat,
    Alter,
    Swap,
    Copy,
    Cut,
    Ignore,
    Redo,
    Misread,
    InventAck,
    WrongId,
    HideLeaving,
    RefuseReturn,
    Hurry,
    EndProbed,
    Grant,
    Guess,
}

impl Kind for ProxyFault {
    const ALL: &'static [(Self, &'static str, &'static str)] = {
        use ProxyFault as F;
        &[
            (
                F::Lose,
                "proxy-lose",
                "A packet of the server does not arrive.",
            ),
            (
                F::Repeat,
                "proxy-repeat",
                "A packet of the server arrives twice.",
            ),
            (
                F::Alter,
                "proxy-alter",
                "The last value or attachment in a packet of the server is another one.",
            ),
            (
                F::Swap,
                "proxy-swap",
                "A packet of the server arrives after the next one.",
            ),
            (
                F::Copy,
                "proxy-copy",
                "A packet of the server arrives at all other clients as well.",
            ),
            (
                F::Cut,
                "proxy-cut",
                "A connection breaks when the server sends a packet on it.",
            ),
            (
                F::Ignore,
                "proxy-ignore",
                "A packet of a client does not reach the server.",
            ),
            (
                F::Redo,
                "proxy-redo",
                "A packet of a client reaches the server twice.",
            ),
            (
                F::Misread,
                "proxy-misread",
                "The last value or attachment in a packet of a client is another one.",
            ),
            (
                F::InventAck,
                "proxy-invent-ack",
                "A request of a client is acked at once, by nobody.",
            ),
            (
                F::WrongId,
                "proxy-wrong-id",
                "The server knows clients by other ids than theirs.",
            ),
            (
                F::HideLeaving,
                "proxy-hide-leaving",
                "The server does not learn that a client has left.",
            ),
            (
                F::RefuseReturn,
                "proxy-refuse-return",
                "A client that has left is not let in again.",
            ),
            (
                F::Hurry,
                "proxy-hurry",
                "A poll is answered at once, by nothing if there is nothing, and the server sees none end.",
            ),
            (
                F::EndProbed,
                "proxy-end-probed",
                "A polling session ends when a WebSocket comes to it.",
            ),
            (
                F::Grant,
                "proxy-grant",
                "A request that the server refuses is granted, and a WebSocket that it closes stays open.",
            ),
            (
                F::Guess,
                "proxy-guess",
                "A client that names no Engine.IO generation is taken for one of 4.",
            ),
        ]
    };
    const WHOSE: &'static str = "a proxy";
    const PAGE: &'static str = "fixtures/scenarios/README.md";
}

/// A fault of a proxy, and what it hits: an event on the wire, where `event` and `ack` stand
/// for all such packets.
pub type ProxyFaultSpec = Spec<ProxyFault>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for (fault, name, sentence) in ProxyFault::ALL {
            let spec: ProxyFaultSpec = format!("{name}:x").parse().unwrap();
            assert_eq!((spec.fault, fault.name()), (*fault, *name));
            assert!(name.starts_with(PREFIX), "{name}");
            let page = include_str!("../../../fixtures/scenarios/README.md");
            let row = format!("| `{name}` | {sentence} |");
            assert!(
                page.contains(&row),
                "fixtures/scenarios/README.md lacks {row}"
            );
        }
        let error = "proxy-loose".parse::<ProxyFaultSpec>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no fault of a proxy \"proxy-loose\": the names are in \
             fixtures/scenarios/README.md, perhaps followed by what it hits, as in \
             `proxy-lose:NAME`"
        );
    }
}
