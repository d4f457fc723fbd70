"""The argument lists of answers."""

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

ForwardedAck = Tuple[Payload, ...]
"""Whatever the addressed peer answered: any number of arguments, verbatim.

- ``(*args)`` What the peer answered.

Dialects v1 and v2. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3, SRV-CORE-F5,
SRV-MSG-23, SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, CLI-MSG-2, SRV-MSG-26, SRV-MSG-27.
"""

AddTargetAck = Union[
    Tuple[()],
    Tuple[Reason],
]
"""The answer to a request to be a target: empty, or the reason of a refusal.

- ``()`` The target took note.
- ``(reason)`` The target refused, or is not connected.

Dialects v1 and v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19,
SRV-MSG-21, SRV-MSG-24, SRV-MSG-25, CLI-MSG-F1, CLI-MSG-10.
"""

CreateStreamAck = Union[
    Tuple[()],
    Tuple[Reason],
]
"""The answer to a stream request: empty, or the reason of a refusal.

- ``()`` The stream is open.
- ``(reason)`` The target refused, is not listening, or is not connected.

Dialects v1 and v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11,
SRV-STR-13, SRV-STR-16, SRV-STR-12, CLI-STR-F2, SRV-STR-15.
"""

JoinRoomV1Ack = Union[
    Tuple[()],
    Tuple[Reason],
]
"""Empty when the room was joined; one argument if it was not.

- ``()`` The room was joined.
- ``(reason)`` It was not; the original's only reason is an empty object.

Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
"""

NullAck = Tuple[None]
"""An ack that says "done" with one null.

- ``(done)`` Always null.

Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
"""

EmptyAck = Tuple[()]
"""An ack that only says "done": no arguments.

- ``()``

Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
"""

ListClientsAck = Tuple[List[ClientId]]
"""One array with the ids of all connected clients, each once.

- ``(clients)`` The ids.

Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
"""

ConnectedStatusAck = Tuple[Union[Literal[True], None]]
"""True for a connected client, null for one that is not.

- ``(connected)`` Whether it is.

Dialect v2. Clause: SRV-CORE-12.
"""

CheckApiNameAck = Tuple[Flag]
"""Whether the API exists.

- ``(exists)`` Whether it does.

Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
"""

PongAck = Tuple[Greeting]
"""A greeting that names the client.

- ``(greeting)`` It names the client.

Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
"""

StreamDataAck = Union[
    Tuple[()],
    Tuple[Reason],
]
"""The answer to a chunk of stream data: empty once the next chunk may come.

- ``()`` The chunk was taken; the next one may be sent.
- ``(reason)`` The chunk could not be written; the writer destroys its end.

Dialects v1 and v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
"""

SubscribeTopicAck = Union[
    Tuple[()],
    Tuple[Reason],
]
"""The answer to a subscription: empty, or the reason of a refusal.

- ``()`` The subscription was taken.
- ``(reason)`` It was not: the topic name is empty, or the subscriber is not connected.

Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
"""
