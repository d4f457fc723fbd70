"""The argument lists of events."""

from typing import List, Literal, Tuple, Union

from typing_extensions import Annotated, Unpack

from .payloads import (
    AnyText,
    ApiName,
    Arguments,
    But,
    Channel,
    ClientId,
    EventName,
    Flag,
    Greeting,
    MessageObject,
    Payload,
    Reason,
    RoomName,
    Rooms,
    StreamId,
    StreamInfo,
    TopicName,
    Variadic,
)

P2pEmitV1 = Tuple[MessageObject]
"""The arguments of ``P2P_EMIT``. The target receives the event with these arguments and without an
ack id. A client may address itself.

- ``(msg)`` The message.

Dialect v1. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10, SRV-MSG-11,
SRV-MSG-12, SRV-MSG-23, SRV-ROB-3.
"""

P2pEmitAcknowledge = Tuple[MessageObject]
"""The arguments of ``P2P_EMIT_ACKNOWLEDGE``. The target receives the event with an ack id; its
answer is handed back verbatim, the first one only.

- ``(msg)`` The message.

Dialect v1. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10, SRV-MSG-11,
SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3.
"""

P2pEmitV2 = Union[
    Tuple[ClientId, EventName, Arguments, None],
    Tuple[ClientId, EventName, Arguments],
]
"""The arguments of ``P2P_EMIT``. The target receives the event with these arguments, with an ack
id exactly if the sender gave one. A client may address itself.

- ``(target, event, args, ack)`` No answer is asked for.
- ``(target, event, args)`` An answer is asked for.

Dialect v2. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-CORE-F6, SRV-MSG-10,
SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-MSG-23, SRV-ROB-3.
"""

MultiApiAddTarget = Tuple[ClientId]
"""The arguments of ``MULTI_API_ADD_TARGET``. Links the sender's connection with the target's, so
that each is told when the other leaves, and tells the target, whose answer is handed back.

- ``(target)`` The client to be added.

Dialect v1. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
SRV-MSG-24, SRV-MSG-25.
"""

AddTarget = Tuple[ClientId]
"""The arguments of ``ADD_TARGET``. Links the sender's connection with the target's, so that each
is told when the other leaves, and tells the target, whose answer is handed back.

- ``(target)`` The client to be added.

Dialect v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
SRV-MSG-24.
"""

MultiApiCreateStream = Tuple[StreamInfo]
"""The arguments of ``MULTI_API_CREATE_STREAM``. Asks the target to open a stream. The server
states the source, links both connections, and hands the target's answer back.

- ``(info)`` The stream, seen from its opener.

Dialect v1. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-13,
SRV-STR-16.
"""

CreateStream = Tuple[StreamInfo]
"""The arguments of ``CREATE_STREAM``. Asks the target to open a stream. The server states the
source, links both connections, and hands the target's answer back.

- ``(info)`` The stream, seen from its opener.

Dialect v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-12,
SRV-STR-13, SRV-STR-16.
"""

JoinRoomV1 = Union[
    Tuple[Annotated[Payload, But("CLIENT_SUBSCRIBE_TOPIC", "CLIENT_UNSUBSCRIBE_TOPIC", "SERVICE_DESTROY_TOPIC")], Rooms],
    Tuple[Literal["CLIENT_SUBSCRIBE_TOPIC"], ClientId, Rooms],
]
"""The arguments of ``JOIN_ROOM``. The sender, or by one form a client that it names, joins a room.
Joining twice is harmless.

- ``(action, room)`` The sender joins.
- ``(action, client, room)`` The named client joins and is not told.

Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
"""

JoinRoomV2 = Union[
    Tuple[Rooms, None],
    Tuple[Rooms],
]
"""The arguments of ``JOIN_ROOM``. The sender joins a room. Joining twice is harmless.

- ``(room, ack)`` No ack is asked for.
- ``(room)`` An ack is asked for.

Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
"""

LeaveRoomV1 = Union[
    Tuple[Annotated[Payload, But("CLIENT_SUBSCRIBE_TOPIC", "CLIENT_UNSUBSCRIBE_TOPIC", "SERVICE_DESTROY_TOPIC")], Rooms],
    Tuple[Literal["CLIENT_UNSUBSCRIBE_TOPIC"], ClientId, Rooms],
    Tuple[Literal["SERVICE_DESTROY_TOPIC"], Rooms],
]
"""The arguments of ``LEAVE_ROOM``. The sender, by one form a client that it names, or by another
every member leaves a room. Leaving a room one is not in is harmless.

- ``(action, room)`` The sender leaves.
- ``(action, client, room)`` The named client leaves and is not told; this form is never acked
by the original.
- ``(action, room)`` Every member gets the end notice of the topic and leaves.

Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
"""

LeaveRoomV2 = Union[
    Tuple[Rooms, None],
    Tuple[Rooms],
]
"""The arguments of ``LEAVE_ROOM``. The sender leaves a room. Leaving a room one is not in is
harmless.

- ``(room, ack)`` No ack is asked for.
- ``(room)`` An ack is asked for.

Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
"""

EmitRoom = Annotated[Tuple[RoomName, EventName, Unpack[Tuple[Payload, ...]]], Variadic()]
"""The arguments of ``EMIT_ROOM``. Every member of the room except the sender receives the event.
The sender need not be a member; a room without members is not an error.

- ``(room, event, *args)`` The room. The event that the members receive. The arguments of that
event.

Dialects v1 and v2. Clauses: SRV-CORE-F8, SRV-CORE-4, SRV-MSG-10, SRV-MSG-11, SRV-ROB-3,
SRV-ROB-4.
"""

ListClients = Tuple[()]
"""The arguments of ``LIST_CLIENTS``. Asks for the ids of all connected clients, each once.

- ``()``

Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
"""

GetClientConnectedStatus = Tuple[AnyText]
"""The arguments of ``GET_CLIENT_CONNECTED_STATUS``. Asks whether a client is connected.

- ``(client)`` The id of the client in question.

Dialect v2. Clause: SRV-CORE-12.
"""

CheckApiName = Tuple[ApiName]
"""The arguments of ``CHECK_API_NAME``. Asks whether an API exists, before providing or using it.

- ``(name)`` The API in question.

Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
"""

CreateApi = Tuple[ApiName]
"""The arguments of ``CREATE_API``. The sender provides the API from now on; its calls arrive as
events of that name.

- ``(name)`` The API.

Dialect v2. Clauses: SRV-SVC-11, SRV-SVC-1, SRV-SVC-3, SRV-ROB-3, SRV-ROB-4.
"""

UseApi = Annotated[Tuple[ApiName, Unpack[Tuple[Payload, ...]]], Variadic()]
"""The arguments of ``USE_API``. The provider receives an event named like the API, with an ack id
exactly if the caller gave one; its answer is handed back.

- ``(name, *args)`` The API. The arguments of the call.

Dialect v2. Clauses: SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, SRV-MSG-10, SRV-MSG-13.
"""

DestroyApi = Union[
    Tuple[AnyText],
    Tuple[()],
]
"""The arguments of ``DESTROY_API``. The sender provides one API no longer, or without a name none
at all. APIs of others are untouched.

- ``(name)`` One API, or by the empty text every API of the sender.
- ``()`` Every API of the sender.

Dialect v2. Clauses: SRV-SVC-13, SRV-SVC-3, SRV-SVC-16.
"""

ServerError = Tuple[AnyText]
"""The arguments of ``SERVER_ERROR``. Tells a client, and nobody else, that something it asked for
could not be done.

- ``(text)`` A sentence for humans; the failure register knows its meanings.

Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
"""

ServerPing = Tuple[()]
"""The arguments of ``SERVER_PING``. Asks the new and the old connection of an overwritten client
id for a sign of life; the answers are only logged.

- ``()``

Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
"""

TargetAddedV1 = Tuple[Union[ClientId, None]]
"""The arguments of ``MULTI_API_ADD_TARGET``. Another client added this one as its target.

- ``(source)`` The client that did.

Dialect v1. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
"""

TargetAdded = Tuple[ClientId]
"""The arguments of ``ADD_TARGET``. Another client added this one as its target.

- ``(source)`` The client that did.

Dialect v2. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
"""

TargetDisconnectedV1 = Tuple[Union[ClientId, None]]
"""The arguments of ``MULTI_API_TARGET_DISCONNECT``. A client at the other end of a link left,
cleanly or not.

- ``(client)`` The client that left.

Dialect v1. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
"""

TargetDisconnected = Tuple[ClientId]
"""The arguments of ``TARGET_DISCONNECT``. A client at the other end of a link left, cleanly or
not.

- ``(client)`` The client that left.

Dialect v2. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
"""

StreamOfferedV1 = Tuple[StreamInfo]
"""The arguments of ``MULTI_API_CREATE_STREAM``. A peer, named by `sourceClientId`, asks to open a
stream.

- ``(info)`` The stream, seen from its opener.

Dialect v1. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
"""

StreamOffered = Tuple[StreamInfo]
"""The arguments of ``CREATE_STREAM``. A peer, or the server under a source id that ends in
`--server-side`, asks to open a stream.

- ``(info)`` The stream, seen from its opener.

Dialect v2. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-15, CLI-STR-F2.
"""

StreamOfferedOnChannel = Tuple[StreamInfo]
"""The arguments of ``CREATE_STREAM-CHANNEL-<channel>``. A peer or the server asks to open a stream
on a channel.

- ``(info)`` The stream, seen from its opener.

Dialect v2. Clauses: SRV-STR-12, SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
"""

StreamDataV1 = Tuple[ClientId, Payload]
"""The arguments of ``P2P_EMIT_STREAM-from-stream-<stream>``. A chunk of stream data from the peer
whose end has this id. One chunk is in flight per direction.

- ``(source, chunk)`` Who sends it, by its own word. Binary, text, or in object mode any value.

Dialect v1. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10.
"""

StreamDataV2 = Tuple[Payload]
"""The arguments of ``P2P_EMIT_STREAM-from-stream-<stream>``. A chunk of stream data from the peer
whose end has this id; null ends the direction. One chunk is in flight per direction.

- ``(chunk)`` Binary, text, in object mode any value; null ends the direction.

Dialect v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
"""

PeerStreamDestroyedV1 = Tuple[ClientId, StreamId]
"""The arguments of ``PEER_STREAM_DESTROYED``. The peer's end of a stream was destroyed; the
receiver destroys its own end and answers with the same event for it.

- ``(client, stream)`` Whose end it was, by its own word. The id of the end that was destroyed.

Dialect v1. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
"""

PeerStreamDestroyedV2 = Tuple[StreamId]
"""The arguments of ``PEER_STREAM_DESTROYED``. The peer's end of a stream was destroyed; the
receiver destroys its own end and answers with the same event for it.

- ``(stream)`` The id of the end that was destroyed.

Dialect v2. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
"""

SubscribeTopic = Tuple[ClientId, ClientId, AnyText]
"""The arguments of ``SUBSCRIBE_TOPIC``. A peer asks this service for the publications of a topic;
a service that the server provides takes it before it is forwarded.

- ``(source, client, topic)`` Who asks, by its own word. Who is to be subscribed. The bare topic
name.

Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
"""

UnsubscribeTopic = Tuple[ClientId, ClientId, AnyText]
"""The arguments of ``UNSUBSCRIBE_TOPIC``. A peer wants no more publications of a topic.

- ``(source, client, topic)`` Who asks, by its own word. Who is to be unsubscribed. The topic
name.

Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
"""

TopicPublication = Tuple[Payload, ...]
"""The arguments of ``<room>-DEFAULT_TOPIC_EVENT``. A publication, sent to every member of the
topic's room except a publishing client.

- ``(*args)`` What was published.

Dialect v1. Clauses: SRV-SVC-5, SRV-SVC-4, CLI-SVC-F2.
"""

TopicBeingDestroyed = Tuple[()]
"""The arguments of ``<room>-TOPIC_BEING_DESTROYED``. The topic ends and the receiver is no longer
a member of its room.

- ``()``

Dialect v1. Clauses: SRV-SVC-3, SRV-SVC-5.
"""

Forwarded = Tuple[Payload, ...]
"""The arguments of ``<event>``. An application event: a message, a room message, the call of a
service, or the server application's own.

- ``(*args)`` The arguments; in dialect v1 the first is by convention the source's id.

Dialects v1 and v2. Clauses: SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-15, CLI-MSG-2,
SRV-MSG-26, SRV-MSG-27.
"""
