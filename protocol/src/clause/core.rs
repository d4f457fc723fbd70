//! Clauses of the Core API: directory, presence, rooms.

super::register! { Server:
    "SRV-CORE-1" BOTH Must "README 2.1.2":
        "A connected client is registered under its client id, is listed and can be addressed.";
    "SRV-CORE-2" BOTH Must "README 2.1.2":
        "A client that has left is no longer listed and can no longer be addressed.";
    "SRV-CORE-3" BOTH Must "README 2.1.2":
        "Every connection has a socket of its own, and two connections act independently.";
    "SRV-CORE-4" BOTH Must "README 2.1.2":
        "Every connected client can send messages with and without ack, join and leave rooms, and send to rooms.";
    "SRV-CORE-5" BOTH Should "README 2.1.2":
        "Each client uses an id of its own, and a connection without one or with one in use harms nobody else.";
    "SRV-CORE-F1" BOTH Must "README 2.1.1":
        "The directory holds one entry for each id, and a message to the id reaches one connection only.";
    "SRV-CORE-F2" BOTH Must "README 2.1.1":
        "A message reaches exactly the client it is addressed to.";
    "SRV-CORE-F3" BOTH Must "README 2.1.1":
        "An error is told by `SERVER_ERROR` to the client whose event caused it, and to nobody else.";
    "SRV-CORE-F4" BOTH Must "README 2.1.1":
        "A disconnect, clean or abrupt, removes the client's entry from the directory.";
    "SRV-CORE-F5" BOTH Must "README 2.1.1":
        "A message carries an event name and any number of arguments to its target.";
    "SRV-CORE-F6" BOTH Must "README 2.1.1":
        "A message with an ack brings the target's ack arguments back to the source.";
    "SRV-CORE-F7" BOTH Must "README 2.1.1":
        "A client can join and leave rooms by itself, repeatedly and without harm.";
    "SRV-CORE-F8" BOTH Must "README 2.1.1":
        "An event sent to a room reaches every member except its sender, who need not be a member.";
    "SRV-CORE-10" BOTH Must "observed: client listing":
        "The client listing names every connected client that gave an id, each once.";
    "SRV-CORE-11" BOTH May "observed: client listing":
        "The listing names integer-like ids first, ascending, then the others in order of registration.";
    "SRV-CORE-12" V2 Must "observed: presence query":
        "The presence query answers `true` for a connected client and `null` for any other.";
    "SRV-CORE-13" V2 Must "observed: duplicate client id":
        "By default a connection whose client id is in use is told so by `SERVER_ERROR` and disconnected, and the older connection does not notice.";
    "SRV-CORE-14" V2 May "observed: duplicate client id":
        "A server that lets a newer connection take over an id sends `SERVER_PING` to both connections.";
    "SRV-CORE-15" V1 May "observed: duplicate client id":
        "A newer connection with an id in use takes over the id and is not told.";
    "SRV-CORE-16" BOTH Should "observed: duplicate client id":
        "When one of two connections with the same id leaves, the id stays listed and reaches the other, and is free again when both have left.";
    "SRV-CORE-17" BOTH Should "observed: missing client id":
        "A connection without a client id is accepted but neither listed nor addressable.";
    "SRV-CORE-18" BOTH Must "observed: rooms":
        "A client that leaves the server leaves all its rooms.";
    "SRV-CORE-19" BOTH Should "observed: rooms":
        "Joining or leaving a room is acked when it is done, with no argument in `v1` and with one `null` in `v2`.";
    "SRV-CORE-20" BOTH Should "observed: rooms":
        "An event to a room that carries an ack id by mistake is delivered without one and harms nobody.";
    "SRV-CORE-21" BOTH Should "observed: rooms":
        "A list of rooms may stand where a room may stand.";
    "SRV-CORE-22" BOTH Must "observed: rooms":
        "An event to a room without members is not an error and reaches nobody.";
    "SRV-CORE-23" V1 Should "observed: rooms":
        "A room action may name another client, which then joins or leaves the room without being told.";
    "SRV-CORE-24" BOTH Must "observed: dialects":
        "Both dialects are told apart by each packet's shape, so that clients of both share one server.";
}
