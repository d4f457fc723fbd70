//! The register of deviations: where the published plugin does not do what its
//! README asks. A deviation is a fact about the original, not a requirement.

use serde::Serialize;

use crate::dialect::Dialect;
use crate::value::{V1_AND_V2, V1_ONLY, V2_ONLY};

/// One deviation of the original plugin from its README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// A stable id, `DEV-1` and on.
    pub id: &'static str,
    /// The dialects that show it.
    pub dialects: &'static [Dialect],
    /// What the README asks for.
    pub asks: &'static str,
    /// What happens instead.
    pub happens: &'static str,
}

impl Deviation {
    /// The deviation with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        deviations().iter().find(|deviation| deviation.id == id)
    }
}

/// Every known deviation, in order.
pub fn deviations() -> &'static [Deviation] {
    DEVIATIONS
}

macro_rules! register {
    ($($id:literal $dialects:ident $asks:literal => $happens:literal;)+) => {
        const DEVIATIONS: &[Deviation] = &[
            $(Deviation { id: $id, dialects: $dialects, asks: $asks, happens: $happens },)+
        ];
    };
}

register! {
    "DEV-1" V1_ONLY "Listeners for a target that left are removed."
        => "As many listeners of the event as the target had are removed from the front of the list, whoever they belong to, and the target's own may stay.";
    "DEV-2" V2_ONLY "Listeners for a target that left are removed."
        => "No listener is removed.";
    "DEV-3" V1_ONLY "Listening once works as usual."
        => "A one-time listener for a chosen client is used up, unheard, by the same event from anybody else.";
    "DEV-4" V1_ONLY "Removing listeners removes what was registered."
        => "Removing the listeners for anybody removes those for chosen clients and plain ones too.";
    "DEV-5" V1_ONLY "Subscribers can unsubscribe."
        => "The library sends the topic with its prefix, the service adds the prefix again, and the client stays in the room.";
    "DEV-6" V1_ONLY "A subscriber learns whether it was subscribed."
        => "A refusal in the ack counts as success, and a client service acks before the join is confirmed, also when it fails, and then acks again.";
    "DEV-7" V1_ONLY "A topic's room holds its subscribers."
        => "When the server creates a topic, the client that connected last becomes a member.";
    "DEV-8" V1_ONLY "Topics can be created and destroyed."
        => "Creating again repeats the packet, destroying an empty topic of the server throws, and so does creating one before any client connected.";
    "DEV-9" V1_ONLY "One server is several services."
        => "The selected service is one shared field, so that two handles both act as the one selected last.";
    "DEV-10" V2_ONLY "Every connected socket serves the events."
        => "A connection without a client id has no handlers: nothing it sends is handled or acked.";
    "DEV-11" V1_AND_V2 "The client id is required and unique."
        => "Dialect v1 checks neither, dialect v2 checks uniqueness only.";
    "DEV-12" V2_ONLY "Clients that left are removed."
        => "A connection rejected for its duplicate id keeps the id listed for ever.";
    "DEV-13" V1_ONLY "Connected clients are in the directory."
        => "When either of two connections with one id leaves, the entry of both is lost; a client without id that leaves removes the id `undefined`.";
    "DEV-14" V1_AND_V2 "Peers are told when a client leaves."
        => "They are told once for each link ever made, also for streams that were closed or refused.";
    "DEV-15" V1_AND_V2 "An unknown target is an error to the source."
        => "The error comes as an event only; the callback of a message that asked for an answer is never called.";
    "DEV-16" V1_AND_V2 "A stream works like a duplex stream of Node.js."
        => "In dialect v1 the end is not transmitted and no close event follows; in v2 a final chunk overtakes queued ones, data after the end is still delivered, and a repeated end is sent twice; in both, errors given to a destroyed stream are lost.";
    "DEV-17" V1_AND_V2 "Each stream is between two ends."
        => "Stream ids are not checked, and using the same ids twice connects the streams crosswise.";
    "DEV-18" V1_AND_V2 "The peer's end is cleaned up when a stream is destroyed."
        => "It is, but with an echo, with an error from the server if the peer has left, and with a stale notice after a reconnect.";
    "DEV-19" V2_ONLY "A client that takes no streams can be told from one that does."
        => "Dialect v1 refuses by default; dialect v2 has no such listener, and the opener waits until it times out.";
    "DEV-20" V1_AND_V2 "Clients join and leave rooms."
        => "In dialect v1 the call that looks documented does nothing; in version 2.0.0 the ack never comes.";
    "DEV-21" V2_ONLY "The documented events, topics, listeners by source and the service option exist."
        => "All of them are gone.";
    "DEV-22" V2_ONLY "The server takes calls of its services transparently."
        => "There is a registry of its own instead, in which a provider can be displaced by whoever creates the same name.";
    "DEV-23" V2_ONLY "One client instance is one type of service."
        => "Any client may own any number of API names.";
    "DEV-24" V1_AND_V2 "Data of an accepted stream arrives."
        => "A chunk written inside the accepting handler can overtake the acceptance, be lost, and block its writer for good.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_from_one_without_a_gap() {
        for (i, deviation) in deviations().iter().enumerate() {
            assert_eq!(deviation.id, format!("DEV-{}", i + 1));
            assert!(deviation.asks.ends_with('.') && deviation.happens.ends_with('.'));
            assert_eq!(Deviation::find(deviation.id), Some(deviation));
        }
        assert_eq!(deviations().len(), 24);
    }
}
