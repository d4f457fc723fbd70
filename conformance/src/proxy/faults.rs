//! What a proxy can do wrong, between a server and its clients.
//!
//! To a client behind the proxy, the server seems to do it. So any server can show that a
//! check notices a fault, and needs no switches for it.

use crate::fault::{Spec, faults};

/// How all names begin, which tells them from those of other faults.
pub const PREFIX: &str = "proxy-";

faults! {
    /// Something that a proxy can do wrong.
    ProxyFault of "a proxy", listed in "fixtures/scenarios/README.md" {
        Lose "proxy-lose" "A packet of the server does not arrive."
        Repeat "proxy-repeat" "A packet of the server arrives twice."
        Alter "proxy-alter" "The last value or attachment in a packet of the server is another one."
        Swap "proxy-swap" "A packet of the server arrives after the next one."
        Copy "proxy-copy" "A packet of the server arrives at all other clients as well."
        Cut "proxy-cut" "A connection breaks when the server sends a packet on it."
        Ignore "proxy-ignore" "A packet of a client does not reach the server."
        Redo "proxy-redo" "A packet of a client reaches the server twice."
        Misread "proxy-misread"
            "The last value or attachment in a packet of a client is another one."
        InventAck "proxy-invent-ack" "A request of a client is acked at once, by nobody."
        WrongId "proxy-wrong-id" "The server knows clients by other ids than theirs."
        HideLeaving "proxy-hide-leaving" "The server does not learn that a client has left."
        RefuseReturn "proxy-refuse-return" "A client that has left is not let in again."
        Hurry "proxy-hurry"
            "A poll is answered at once, by nothing if there is nothing, and the server sees none end."
        EndProbed "proxy-end-probed" "A polling session ends when a WebSocket comes to it."
        Grant "proxy-grant"
            "A request that the server refuses is granted, and a WebSocket that it closes stays open."
        Guess "proxy-guess" "A client that names no Engine.IO generation is taken for one of 4."
        LoseLarge "proxy-lose-large" "A packet of the server of more than 64 KiB does not arrive."
        PassLarge "proxy-pass-large"
            "A packet of the server of more than 16 KiB is passed by the next one."
        CutLarge "proxy-cut-large"
            "A connection breaks when the server sends a packet of more than 100 kB on it."
        CutText "proxy-cut-text" "A text of more than 16 KiB in a packet of the server ends there."
        CutAttachment "proxy-cut-attachment"
            "An attachment of more than 64 KiB in a packet of the server ends there."
        SplitCharacter "proxy-split-character"
            "A character across a boundary of 16 KiB in a packet of the server is broken."
        IgnoreLarge "proxy-ignore-large"
            "A packet of a client of more than 64 KiB does not reach the server."
        AckLarge "proxy-ack-large"
            "A request of a client of more than 16 KiB is acked by nobody, and the answer is lost."
        FoldCase "proxy-fold-case" "Names in packets of clients become lower case."
        Normalize "proxy-normalize"
            "Accents in names in packets of clients are composed with their letters."
        CutName "proxy-cut-name" "Names in packets of clients end after 48 characters."
        PrefixName "proxy-prefix-name"
            "A name that begins with another, or is its beginning, is taken for it."
        TrimName "proxy-trim-name" "Names in packets of clients lose white space at their ends."
        NumberName "proxy-number-name"
            "Names that end in a number are known by its value, without leading zeros."
        RestartAcks "proxy-restart-acks"
            "The numbers by which the server asks for acks begin again after 256."
        NarrowAcks "proxy-narrow-acks" "The number of an ack of the server is kept in 16 bits."
        StaleFailure "proxy-stale-failure" "A `SERVER_ERROR` has the text of the one before it."
        StaleAck "proxy-stale-ack" "An ack of the server carries what the one before it did."
        TradeAcks "proxy-trade-acks" "Two acks of the server carry each other's number."
        Hasten "proxy-hasten" "A packet of the server arrives before the one before it."
        LoseBeforeEnd "proxy-lose-before-end"
            "The chunk before the end of a direction of a stream is lost."
        AckEarly "proxy-ack-early"
            "A request is acked before it is done: it reaches the server a moment later."
        Crowd "proxy-crowd"
            "A packet of a client reaches the server from all other clients as well."
        ListStranger "proxy-list-stranger" "A listing has a client that nobody knows."
        ListTwice "proxy-list-twice" "A listing has its first client twice."
        ListShort "proxy-list-short" "A listing lacks its last client."
        ForgetSlow "proxy-forget-slow"
            "An ack that comes more than a second after its question is lost."
        CutIdle "proxy-cut-idle" "A connection breaks when no packet has passed on it for a second."
        LoseHeartbeats "proxy-lose-heartbeats" "A heartbeat of the server does not arrive."
        HideSilence "proxy-hide-silence"
            "The server gets the heartbeats of a client that has fallen silent."
        Foresee "proxy-foresee"
            "A client is told that a target has left as soon as it has added it."
    }
}

/// A fault of a proxy, and what it hits: an event on the wire, where `event` and `ack` stand
/// for all such packets.
pub type ProxyFaultSpec = Spec<ProxyFault>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Kind as _;

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
             `proxy-lose:NAME`; did you mean proxy-lose?"
        );
    }
}
