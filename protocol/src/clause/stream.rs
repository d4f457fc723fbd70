//! Clauses of the Stream API, server side.

super::register! { Server:
    "SRV-STR-1" BOTH Must "README 2.3.2":
        "Every connected client can ask any connected client for a stream.";
    "SRV-STR-2" BOTH Must "README 2.3.2":
        "When one end of a stream leaves, the other is told, so that it can close its end.";
    "SRV-STR-3" BOTH Must "README 2.3.2":
        "Asking a client that is not connected for a stream fails with the agreed error to the source.";
    "SRV-STR-4" BOTH Must "README 2.3.2":
        "The description of the stream travels with the request: both stream ids, the target and the source.";
    "SRV-STR-F1" BOTH Must "README 2.3.1":
        "Several streams of one pair of clients are told apart by their stream ids.";
    "SRV-STR-10" BOTH Must "observed: stream request":
        "The server states the source of a stream request and replaces whatever the opener wrote there.";
    "SRV-STR-11" BOTH Must "observed: stream request":
        "Members of the stream description that the server does not know pass unchanged.";
    "SRV-STR-12" V2 Must "observed: channels":
        "A request with a channel reaches the target as an event that ends in the channel's name.";
    "SRV-STR-13" BOTH Must "observed: links":
        "A stream request links both connections as adding a target does.";
    "SRV-STR-14" BOTH Should "observed: early data":
        "Data that the acceptor sends before its acceptance was handed back does not overtake the acceptance.";
    "SRV-STR-15" V2 May "observed: server streams":
        "The server can be one end of a stream, under a source id that ends in `--server-side`.";
    "SRV-STR-16" BOTH Must "observed: stream request":
        "The target's answer to a stream request is handed back verbatim, an empty one as an empty ack.";
    "SRV-STR-17" BOTH Should "design: timeouts":
        "Whoever accepts a stream whose request the server has given up is told that the opener's end is gone.";
}
