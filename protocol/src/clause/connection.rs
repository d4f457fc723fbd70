//! Clauses of the connection below the protocol.

super::register! { Server:
    "SRV-CON-1" BOTH Must "observed: handshake":
        "A client is known by the query parameter `clientId` of its handshake request and by nothing else.";
    "SRV-CON-2" BOTH Must "observed: handshake":
        "The client id is decoded from percent-encoded UTF-8, so that any text can be an id.";
    "SRV-CON-3" BOTH Must "observed: namespaces":
        "A namespace other than the default is refused with `Invalid namespace`, and the connection goes on serving the default one.";
    "SRV-CON-4" BOTH Must "observed: transports":
        "Long-polling, WebSocket and the upgrade from one to the other carry the same packets in the same order.";
    "SRV-CON-5" BOTH Must "observed: heartbeat":
        "A peer that stays silent for longer than ping interval plus ping timeout counts as gone.";
    "SRV-CON-6" BOTH Must "observed: acknowledgements":
        "An ack with an unknown id, or with an id that another connection was given, is ignored.";
    "SRV-CON-7" BOTH Must "observed: leaving":
        "A client that leaves cleanly and one whose connection breaks are treated alike.";
    "SRV-CON-8" BOTH Should "observed: size limit":
        "A message of up to 1,000,000 bytes is accepted in every transport.";
    "SRV-CON-9" BOTH May "observed: leaving":
        "An event that its sender's leave packet follows at once is still delivered.";
    "SRV-CON-10" BOTH Must "design: authentication":
        "A server that authenticates refuses the namespace, with a reason, to whoever does not prove its client id, and to everybody else that client is not there.";
    "SRV-CON-11" BOTH Must "observed: transports":
        "A WebSocket that comes to a session and does not become its transport, because it fails, hangs, breaks off or is not wanted, leaves the session as it was.";
    "SRV-CON-12" BOTH Must "observed: transports":
        "A request that cannot be served (an unknown session, a transport that its session has left, a handshake that is none) is refused by an HTTP status from 400 on and harms nobody, while two polls of one session at once end that session.";
    "SRV-CON-13" BOTH Should "observed: transports":
        "While a WebSocket probes, polls that have nothing to tell are let go of, and at a bounded pace.";
    "SRV-CON-14" BOTH Should "observed: handshake":
        "A handshake without `EIO` is one of Engine.IO 3.";
}
