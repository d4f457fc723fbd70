//! The register of deviations: where the published plugin does not do what its
//! README asks. A deviation is a fact about the original, not a requirement.

use serde::Serialize;

use crate::dialect::{Dialect, V1_AND_V2, V1_ONLY, V2_ONLY};

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
    /// What a port does about it: whether old peers need it imitated, or only borne.
    pub port: &'static str,
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
    ($($id:literal $dialects:ident $asks:literal => $happens:literal port $port:literal;)+) => {
        const DEVIATIONS: &[Deviation] = &[
            $(Deviation {
                id: $id,
                dialects: $dialects,
                asks: $asks,
                happens: $happens,
                port: $port,
            },)+
        ];
    };
}

register! {
    "DEV-1" V1_ONLY "Listeners for a target that left are removed."
        => "As many listeners of the event as the target had are removed from the front of the list, whoever they belong to, and the target's own may stay."
        port "Nothing to imitate: it happens inside of one client. A port removes the listeners of the one that left, and no others.";
    "DEV-2" V2_ONLY "Listeners for a target that left are removed."
        => "No listener is removed."
        port "Nothing to imitate: without sources there is no listener of one client.";
    "DEV-3" V1_ONLY "Listening once works as usual."
        => "A one-time listener for a chosen client is used up, unheard, by the same event from anybody else."
        port "Nothing to imitate: a one-time listener waits for the client that it is for.";
    "DEV-4" V1_ONLY "Removing listeners removes what was registered."
        => "Removing the listeners for anybody removes those for chosen clients and plain ones too."
        port "Nothing to imitate: it happens inside of one client.";
    "DEV-5" V1_ONLY "Subscribers can unsubscribe."
        => "The library sends the topic with its prefix, the service adds the prefix again, and the client stays in the room."
        port "A subscriber sends the bare name. A service may take off its own prefix where it finds it, and then serves old subscribers too; otherwise they stay in the room.";
    "DEV-6" V1_ONLY "A subscriber learns whether it was subscribed."
        => "A refusal in the ack counts as success, and a client service acks before the join is confirmed, also when it fails, and then acks again."
        port "A subscriber takes a reason in the ack for a refusal, and does not take `ack []` of an old service for a proof. A service answers once, after the join; an old subscriber takes its refusal for success and hears nothing.";
    "DEV-7" V1_ONLY "A topic's room holds its subscribers."
        => "When the server creates a topic, the client that connected last becomes a member."
        port "A client ignores publications of topics that it has not subscribed to.";
    "DEV-8" V1_ONLY "Topics can be created and destroyed."
        => "Creating again repeats the packet, destroying an empty topic of the server throws, and so does creating one before any client connected."
        port "Nothing to imitate. A server takes a topic that is created again for the same one.";
    "DEV-9" V1_ONLY "One server is several services."
        => "The selected service is one shared field, so that two handles both act as the one selected last."
        port "Nothing to imitate: it happens inside of one server.";
    "DEV-10" V2_ONLY "Every connected socket serves the events."
        => "A connection without a client id has no handlers: nothing it sends is handled or acked."
        port "A client always gives an id. A server that speaks both dialects serves the others too.";
    "DEV-11" V1_AND_V2 "The client id is required and unique."
        => "Dialect v1 checks neither, dialect v2 checks uniqueness only."
        port "A client has an id of its own and does not rely on being turned away. What a server does with two is its policy, see Connection.";
    "DEV-12" V2_ONLY "Clients that left are removed."
        => "A connection rejected for its duplicate id keeps the id listed for ever."
        port "A client does not take the list for a proof that somebody is there.";
    "DEV-13" V1_ONLY "Connected clients are in the directory."
        => "When either of two connections with one id leaves, the entry of both is lost; a client without id that leaves removes the id `undefined`."
        port "A client does not take the list for a proof that somebody is not there.";
    "DEV-14" V1_AND_V2 "Peers are told when a client leaves."
        => "They are told once for each link ever made, also for streams that were closed or refused."
        port "A client takes several notices about one peer for one. A server sends one.";
    "DEV-15" V1_AND_V2 "An unknown target is an error to the source."
        => "The error comes as an event only; the callback of a message that asked for an answer is never called."
        port "To be imitated by a server for messages of `v1`; a client gives every wait a deadline of its own.";
    "DEV-16" V1_AND_V2 "A stream works like a duplex stream of Node.js."
        => "In dialect v1 the end is not transmitted and no close event follows; in v2 a final chunk overtakes queued ones, data after the end is still delivered, and a repeated end is sent twice; in both, errors given to a destroyed stream are lost."
        port "To be imitated in `v1`: no end is sent, because old receivers do not ack it. In `v2` a receiver expects data after the end, and an end twice. The order of chunks and the lost errors are not to be imitated.";
    "DEV-17" V1_AND_V2 "Each stream is between two ends."
        => "Stream ids are not checked, and using the same ids twice connects the streams crosswise."
        port "Nothing to imitate: a port makes ids that nobody else has.";
    "DEV-18" V1_AND_V2 "The peer's end is cleaned up when a stream is destroyed."
        => "It is, but with an echo, with an error from the server if the peer has left, and with a stale notice after a reconnect."
        port "A client ignores an echo and a stale notice, and takes the error for no failure of its own. It need not send either.";
    "DEV-19" V2_ONLY "A client that takes no streams can be told from one that does."
        => "Dialect v1 refuses by default; dialect v2 has no such listener, and the opener waits until it times out."
        port "A client that opens a stream has a deadline. One that takes none may refuse in `v2` too: old openers understand it.";
    "DEV-20" V1_AND_V2 "Clients join and leave rooms."
        => "In dialect v1 the call that looks documented does nothing; in version 2.0.0 the ack never comes."
        port "A client sends the packet of its dialect and does not wait for the ack for ever. A server answers.";
    "DEV-21" V2_ONLY "The documented events, topics, listeners by source and the service option exist."
        => "All of them are gone."
        port "A peer that speaks `v2` alone answers none of the events of `v1`, and whoever sends them needs a deadline.";
    "DEV-22" V2_ONLY "The server takes calls of its services transparently."
        => "There is a registry of its own instead, in which a provider can be displaced by whoever creates the same name."
        port "A client asks whether an API exists before it calls it on an old server, and may lose its own without being told. A server does not let a name be taken.";
    "DEV-23" V2_ONLY "One client instance is one type of service."
        => "Any client may own any number of API names."
        port "Nothing to imitate: a client may own one name or many.";
    "DEV-24" V1_AND_V2 "Data of an accepted stream arrives."
        => "A chunk written inside the accepting handler can overtake the acceptance, be lost, and block its writer for good."
        port "An acceptor writes after its acceptance is sent, and an opener knows its end before it asks. A server that keeps the order holds early data back.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_from_one_without_a_gap() {
        for (i, deviation) in deviations().iter().enumerate() {
            assert_eq!(deviation.id, format!("DEV-{}", i + 1));
            for text in [deviation.asks, deviation.happens, deviation.port] {
                assert!(text.ends_with('.'), "{text}");
            }
            assert_eq!(Deviation::find(deviation.id), Some(deviation));
        }
        assert_eq!(deviations().len(), 24);
    }
}
