//! What a client can do wrong.

use crate::fault::{Spec, faults};

faults! {
    /// Something that a client can do wrong.
    ClientFault of "a client", listed in "spec/driver.md" {
        IgnoreCommand "ignore-command" "A command is replied with success and never done."
        RepeatCommand "repeat-command" "A command is done twice."
        AlterReply "alter-reply" "The value of a reply is another one."
        TurnReply "turn-reply" "A success is replied as a failure, and a failure as a success."
        LoseReport "lose-report" "An event of the driver is never reported."
        RepeatReport "repeat-report" "An event of the driver is reported twice."
        AlterReport "alter-report" "What an event of the driver holds is another value."
        LosePacket "lose-packet" "A packet of the client does not reach the scripted server."
        RepeatPacket "repeat-packet" "A packet of the client reaches the scripted server twice."
        AlterPacket "alter-packet"
            "The last value or attachment in a packet of the client is another one."
        InventAck "invent-ack" "A request of the server is acked at once, whatever the client does."
        AlterHandshake "alter-handshake"
            "The query of the client's handshake names another client id."
    }
}

/// A fault of a client, and what it hits: a command, an event of the driver, or an event on
/// the wire, where `event` and `ack` stand for all such packets.
pub type ClientFaultSpec = Spec<ClientFault>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Kind;

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
