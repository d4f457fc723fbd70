//! Clauses that keep one client's mistakes or malice from others, and the cluster.

super::register! { Server:
    "SRV-ROB-1" BOTH Must "observed: hostile input":
        "An event that cannot be understood is answered by `SERVER_ERROR`, and the connection goes on.";
    "SRV-ROB-2" BOTH Must "observed: hostile input":
        "No input of a client ends the server, or disturbs the service to any other client.";
    "SRV-ROB-3" BOTH Must "observed: reserved names":
        "Event names that Socket.IO reserves are neither executed on the server nor delivered to a client.";
    "SRV-ROB-4" BOTH Must "observed: plain keys":
        "Client ids, rooms and API names are plain keys, whatever they spell.";
    "SRV-ROB-5" BOTH Must "observed: hostile input":
        "An event name that the protocol does not know changes nothing and reaches nobody.";
    "SRV-ROB-6" BOTH Must "observed: invalid frames":
        "A frame that is not a packet costs at most its own sender the connection.";
    "SRV-ROB-7" BOTH Must "observed: size limit":
        "A message over the size limit closes its sender's connection, is not forwarded, and harms nobody else.";
    "SRV-ROB-8" BOTH Must "observed: hostile input":
        "Deeply nested arguments are passed on or refused, and harm nobody.";
    "SRV-ROB-9" BOTH Must "observed: hostile input":
        "Placeholders and attachments that do not fit together never reach another client.";
    "SRV-ROB-10" BOTH Should "observed: slow clients":
        "A client that does not read what it is sent is disconnected in the end, and holds up nobody else.";
    "SRV-ROB-11" BOTH Must "observed: hostile input":
        "A query without an ack id changes nothing and harms nobody.";
    "SRV-ROB-12" BOTH Should "observed: leaks":
        "What a client leaves behind, such as links, rooms and open acks, is gone when it has left.";
    "SRV-ROB-13" BOTH Must "design: limits":
        "What exceeds a bound of the server is not done; its sender is told by the failure `limit-reached`, which names the bound, and stays connected.";
    "SRV-ROB-14" BOTH Must "design: timeouts":
        "What a bound of the server ends because it took too long fails with `timed-out` towards whoever waits.";
    "SRV-ROB-15" BOTH Must "design: policy":
        "What a rule of the server forbids is not done; its sender is told by the failure `not-allowed` and stays connected.";
    "SRV-ROB-16" BOTH Must "design: rates":
        "Who connects or sends faster than a rate of the server allows is refused so much of it, and nobody else is.";
    "SRV-CLU-1" V2 May "observed: cluster":
        "Several servers can share their clients, so that a message reaches a client of another server.";
    "SRV-CLU-2" V2 May "observed: cluster":
        "An ack from a client of another server is handed back as if the client were here.";
}
