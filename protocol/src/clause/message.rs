//! Clauses of the Message API: messages, links, and what the server itself sends.

super::register! { Server:
    "SRV-MSG-1" BOTH Must "README 2.2.2":
        "Every connected client can add any connected client as its target, itself included.";
    "SRV-MSG-2" BOTH Must "README 2.2.2":
        "When a client leaves, cleanly or not, every client linked with it in either direction is told its id, and nobody else is.";
    "SRV-MSG-3" BOTH Must "README 2.2.2":
        "Adding a target that is not connected fails with the agreed error to the source.";
    "SRV-MSG-F1" BOTH Must "README 2.2.1":
        "A request to add a target reaches the target with the source's id, and from then on each end is told when the other leaves.";
    "SRV-MSG-10" BOTH Must "observed: payloads":
        "Arguments pass unchanged: every JSON value arrives with its numbers, its key order and its depth as they were sent.";
    "SRV-MSG-11" BOTH Must "observed: payloads":
        "Binary attachments arrive byte for byte and in their places, in events and in acks.";
    "SRV-MSG-12" BOTH Must "observed: ordering":
        "Events from one source to one target arrive in the order they were sent, text and binary alike.";
    "SRV-MSG-13" BOTH Must "observed: acknowledgements":
        "The arguments of an ack are handed back verbatim, be they none, one or many.";
    "SRV-MSG-14" BOTH Must "observed: acknowledgements":
        "An event is answered at most once: the first answer counts and later ones are dropped.";
    "SRV-MSG-15" BOTH Must "observed: acknowledgements":
        "An event arrives with an ack id exactly if its sender asked for an ack, and with no argument added or missing.";
    "SRV-MSG-16" BOTH Must "observed: acknowledgements":
        "Only the connection that received an event can answer it.";
    "SRV-MSG-17" BOTH Must "observed: acknowledgements":
        "An answer that comes after the source has left is dropped, also if a client with the same id is back.";
    "SRV-MSG-18" BOTH Must "observed: acknowledgements":
        "A message with ack to a client that is not connected is told by `SERVER_ERROR`, and the server invents no answer.";
    "SRV-MSG-19" BOTH Must "observed: links":
        "A link binds two connections, not two ids: after a reconnect there is none until it is made again.";
    "SRV-MSG-20" BOTH Should "observed: links":
        "A client is told once that a linked peer left, however often the two were linked.";
    "SRV-MSG-21" BOTH Must "observed: links":
        "A link exists as soon as the request reached a connected target, whether or not the target answers.";
    "SRV-MSG-22" BOTH Must "observed: links":
        "A client that has left is unregistered before its peers are told, so that a reaction to the notice finds it gone.";
    "SRV-MSG-23" BOTH Must "observed: messages":
        "A client can send a message to itself.";
    "SRV-MSG-24" BOTH Must "observed: links":
        "The target's answer to being added is handed back verbatim, an empty one as an empty ack.";
    "SRV-MSG-25" V1 Should "observed: links":
        "For a target that is not connected, `SERVER_ERROR` comes before the refusing ack.";
    "SRV-MSG-26" V2 May "observed: server messages":
        "The server application can send an event to a client by its id, with or without asking for an ack.";
    "SRV-MSG-27" V2 May "observed: persistent messages":
        "A persistent message of the server asks for an ack and is sent again at every connection of its target until it is answered.";
    "SRV-MSG-28" BOTH Should "observed: ordering":
        "Acks reach the source in the order of the answers, and in order with events that the answering client sent before.";
    "SRV-MSG-29" BOTH Must "observed: source id":
        "The server neither adds a source id to a message nor checks one.";
    "SRV-MSG-30" BOTH Should "observed: acknowledgements":
        "When a target leaves before it answers a message, the source is told by `SERVER_ERROR` and nothing is kept for the open ack; a request to add a target or to open a stream that was handed on is never refused in its ack, and the notice that the link owes tells its source.";
}
