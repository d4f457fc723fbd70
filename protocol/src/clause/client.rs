//! Clauses of the client library.

super::register! { Client:
    "CLI-CORE-1" BOTH Must "observed: handshake":
        "The client gives its id as query parameter `clientId` of the handshake request.";
    "CLI-CORE-2" V2 Must "observed: server ping":
        "The client answers `SERVER_PING` with `pong from client` and its id.";
    "CLI-CORE-3" BOTH Must "observed: server errors":
        "An error from the server leaves the client and its other calls intact.";
    "CLI-MSG-1" BOTH Must "README 3.2.2":
        "Listeners for a target that has left are removed, and no others.";
    "CLI-MSG-2" BOTH Must "README 3.2.2":
        "A listener for anybody receives the event from every source.";
    "CLI-MSG-3" V1 Must "README 3.2.2":
        "A listener for a chosen client receives the event from that client only.";
    "CLI-MSG-4" BOTH Must "README 3.2.2":
        "Listening once and no longer listening work as they do in Socket.IO.";
    "CLI-MSG-5" BOTH Must "README 3.2.2":
        "A message is sent to the client that the application named.";
    "CLI-MSG-6" BOTH Must "README 3.2.2":
        "Any number of clients can exchange messages in all directions.";
    "CLI-MSG-F1" BOTH Must "README 3.2.1":
        "The application learns the id of a client that added it, and whether its own adding succeeded.";
    "CLI-MSG-F2" BOTH Must "README 3.2.1":
        "There are listeners that take an event from any source.";
    "CLI-MSG-F3" V1 Must "README 3.2.1":
        "There are listeners that take an event from one source.";
    "CLI-MSG-F4" BOTH Must "README 3.2.1":
        "Sending takes the id of one client.";
    "CLI-MSG-10" BOTH Must "observed: links":
        "A client that is added as a target answers at once with an empty ack.";
    "CLI-STR-1" BOTH Must "README 3.3.2":
        "A client can have many streams, each between exactly two ends.";
    "CLI-STR-2" BOTH Must "README 3.3.2":
        "Streams with the same client have different stream ids.";
    "CLI-STR-3" BOTH Must "README 3.3.2":
        "A stream works like a duplex stream of Node.js across the network.";
    "CLI-STR-4" BOTH Must "README 3.3.2":
        "When one end is destroyed, the other end is destroyed too.";
    "CLI-STR-F1" BOTH Must "README 3.3.1":
        "The opener gets a duplex stream once the target accepted.";
    "CLI-STR-F2" BOTH Must "README 3.3.1":
        "The acceptor gets a duplex stream when it accepts.";
    "CLI-STR-10" BOTH Must "observed: stream data":
        "A writer sends the next chunk only after the ack of the one before.";
    "CLI-STR-11" V2 Must "observed: stream end":
        "The end of one direction is sent as a chunk `null` after all data, and the other direction stays open.";
    "CLI-STR-12" BOTH Must "observed: stream destruction":
        "An end that is destroyed tells its peer, and a repeated notice is ignored.";
    "CLI-STR-13" V1 Should "observed: stream request":
        "A client that takes no streams refuses a request with a reason.";
    "CLI-STR-14" BOTH Should "observed: stream data":
        "Stream data from anybody but the peer is dropped.";
    "CLI-SVC-1" BOTH Must "README 3.4.2":
        "A client can use services and be one at the same time.";
    "CLI-SVC-2" BOTH Should "README 3.4.2":
        "One client instance is one type of service.";
    "CLI-SVC-F1" V1 Must "README 3.4.1":
        "Only a client set up as a service answers subscriptions.";
    "CLI-SVC-F2" V1 Must "README 3.4.1":
        "Topic names are prefixed with the name of their service.";
}
