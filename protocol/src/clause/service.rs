//! Clauses of the Service API and its topics, server side.

super::register! { Server:
    "SRV-SVC-1" BOTH Must "README 2.4.2":
        "One server can provide several services, each under its own name.";
    "SRV-SVC-2" BOTH Must "README 2.4.2":
        "A service of the server and a service of a client look the same to their callers.";
    "SRV-SVC-3" BOTH Must "README 2.4.2":
        "APIs and topics can be created and destroyed while the server runs.";
    "SRV-SVC-4" V1 Must "README 2.4.2":
        "Clients can subscribe to topics of the server and receive what it publishes, and nobody else does.";
    "SRV-SVC-5" V1 Must "README 2.4.2":
        "A topic is a room: a publication is an event to its members.";
    "SRV-SVC-F1" V1 Must "README 2.4":
        "A message to a service of the server is taken by the server, and all others are passed on.";
    "SRV-SVC-F2" V1 Must "README 2.4.1":
        "Services of the server are called by both message events, with and without ack.";
    "SRV-SVC-F3" V1 Must "README 2.4.1":
        "Only a server set up as a service takes messages for itself.";
    "SRV-SVC-F4" BOTH Must "README 2.4.1":
        "Several services can be provided through one server instance.";
    "SRV-SVC-F5" V1 Must "README 2.4.1":
        "Topics of the server answer requests to subscribe and to unsubscribe.";
    "SRV-SVC-10" V2 Must "observed: API registry":
        "Asking whether an API exists is answered with `true` or `false`.";
    "SRV-SVC-11" V2 Must "observed: API registry":
        "A client that creates an API receives its calls from then on.";
    "SRV-SVC-12" V2 Must "observed: API registry":
        "A call reaches the provider as an event named like the API, with an ack id exactly if the caller gave one, and its answer is handed back verbatim.";
    "SRV-SVC-13" V2 Must "observed: API registry":
        "A client can destroy its own APIs, one by name or all without a name, and nobody else's.";
    "SRV-SVC-14" V2 Must "observed: API registry":
        "The APIs of a client that leaves are gone.";
    "SRV-SVC-15" V2 Should "observed: API registry":
        "An API that another client or the server provides cannot be taken over by creating it again.";
    "SRV-SVC-16" V2 Must "observed: API registry":
        "Calling or destroying an API that does not exist is an error to the sender only.";
}
