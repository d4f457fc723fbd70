"""Every event as data, for programs that get to know at run time which one they have."""

from dataclasses import dataclass
from typing import Any, FrozenSet, Optional, Tuple

from pydantic import TypeAdapter

from . import acks, events


@dataclass(frozen=True)
class Event:
    """An event in one direction."""

    key: str
    """Dialect, sender and name, such as ``v2.server.ADD_TARGET``."""
    direction: str
    """``client-to-server`` or ``server-to-client``."""
    dialects: Tuple[str, ...]
    """The dialects that have it."""
    prefix: str
    """The fixed beginning of the name; all of it, if it is no pattern."""
    suffix: str
    """The fixed end of the name."""
    is_pattern: bool
    """Whether something stands between beginning and end."""
    args: "TypeAdapter[Any]"
    """The argument list."""
    ack: str
    """Whether an ack id goes with it: ``never``, ``optional`` or ``required``."""
    answer: Optional["TypeAdapter[Any]"]
    """The argument list of the answer."""
    clauses: Tuple[str, ...]
    """The clauses that it serves."""

    def matches(self, name: str) -> bool:
        """Whether an event of this name is one of these."""
        if not self.is_pattern:
            return name == self.prefix
        return name.startswith(self.prefix) and name.endswith(self.suffix)


def find(direction: str, dialect: str, name: str) -> Optional[Event]:
    """The event of this name: a fixed name before a pattern."""
    for event in CATALOGUE:
        if event.direction == direction and dialect in event.dialects and event.matches(name):
            return event
    return None


def decode(direction: str, dialect: str, name: str, args: Any) -> Any:
    """The argument list of an event as its tuple; pydantic's ``ValidationError`` if it is none."""
    event = find(direction, dialect, name)
    if event is None:
        raise LookupError(f"{name} is no event of dialect {dialect}")
    return event.args.validate_python(args)


RESERVED: FrozenSet[str] = frozenset([
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
    "error",
])
"""Names that libraries use themselves, which no message may have."""

CATALOGUE: Tuple[Event, ...] = (
    Event(
        key="v1.P2P_EMIT",
        direction="client-to-server",
        dialects=("v1",),
        prefix="P2P_EMIT",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.P2pEmitV1),
        ack="never",
        answer=None,
        clauses=("SRV-CORE-F5", "SRV-CORE-4", "SRV-CORE-F2", "SRV-CORE-F3", "SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-23", "SRV-ROB-3",),
    ),
    Event(
        key="v1.P2P_EMIT_ACKNOWLEDGE",
        direction="client-to-server",
        dialects=("v1",),
        prefix="P2P_EMIT_ACKNOWLEDGE",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.P2pEmitAcknowledge),
        ack="optional",
        answer=TypeAdapter(acks.ForwardedAck),
        clauses=("SRV-CORE-F6", "SRV-CORE-4", "SRV-CORE-F2", "SRV-CORE-F3", "SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-13", "SRV-MSG-14", "SRV-MSG-15", "SRV-MSG-18", "SRV-ROB-3",),
    ),
    Event(
        key="v2.P2P_EMIT",
        direction="client-to-server",
        dialects=("v2",),
        prefix="P2P_EMIT",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.P2pEmitV2),
        ack="optional",
        answer=TypeAdapter(acks.ForwardedAck),
        clauses=("SRV-CORE-F5", "SRV-CORE-4", "SRV-CORE-F2", "SRV-CORE-F3", "SRV-CORE-F6", "SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-13", "SRV-MSG-14", "SRV-MSG-15", "SRV-MSG-18", "SRV-MSG-23", "SRV-ROB-3",),
    ),
    Event(
        key="v1.MULTI_API_ADD_TARGET",
        direction="client-to-server",
        dialects=("v1",),
        prefix="MULTI_API_ADD_TARGET",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.MultiApiAddTarget),
        ack="required",
        answer=TypeAdapter(acks.AddTargetAck),
        clauses=("SRV-MSG-1", "SRV-MSG-2", "SRV-MSG-3", "SRV-MSG-F1", "SRV-MSG-19", "SRV-MSG-21", "SRV-MSG-24", "SRV-MSG-25",),
    ),
    Event(
        key="v2.ADD_TARGET",
        direction="client-to-server",
        dialects=("v2",),
        prefix="ADD_TARGET",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.AddTarget),
        ack="required",
        answer=TypeAdapter(acks.AddTargetAck),
        clauses=("SRV-MSG-1", "SRV-MSG-2", "SRV-MSG-3", "SRV-MSG-F1", "SRV-MSG-19", "SRV-MSG-21", "SRV-MSG-24",),
    ),
    Event(
        key="v1.MULTI_API_CREATE_STREAM",
        direction="client-to-server",
        dialects=("v1",),
        prefix="MULTI_API_CREATE_STREAM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.MultiApiCreateStream),
        ack="required",
        answer=TypeAdapter(acks.CreateStreamAck),
        clauses=("SRV-STR-1", "SRV-STR-3", "SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "SRV-STR-13", "SRV-STR-16",),
    ),
    Event(
        key="v2.CREATE_STREAM",
        direction="client-to-server",
        dialects=("v2",),
        prefix="CREATE_STREAM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.CreateStream),
        ack="required",
        answer=TypeAdapter(acks.CreateStreamAck),
        clauses=("SRV-STR-1", "SRV-STR-3", "SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "SRV-STR-12", "SRV-STR-13", "SRV-STR-16",),
    ),
    Event(
        key="v1.JOIN_ROOM",
        direction="client-to-server",
        dialects=("v1",),
        prefix="JOIN_ROOM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.JoinRoomV1),
        ack="optional",
        answer=TypeAdapter(acks.JoinRoomV1Ack),
        clauses=("SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21", "SRV-SVC-5",),
    ),
    Event(
        key="v2.JOIN_ROOM",
        direction="client-to-server",
        dialects=("v2",),
        prefix="JOIN_ROOM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.JoinRoomV2),
        ack="optional",
        answer=TypeAdapter(acks.NullAck),
        clauses=("SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21",),
    ),
    Event(
        key="v1.LEAVE_ROOM",
        direction="client-to-server",
        dialects=("v1",),
        prefix="LEAVE_ROOM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.LeaveRoomV1),
        ack="optional",
        answer=TypeAdapter(acks.EmptyAck),
        clauses=("SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21", "SRV-SVC-3",),
    ),
    Event(
        key="v2.LEAVE_ROOM",
        direction="client-to-server",
        dialects=("v2",),
        prefix="LEAVE_ROOM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.LeaveRoomV2),
        ack="optional",
        answer=TypeAdapter(acks.NullAck),
        clauses=("SRV-CORE-F7", "SRV-CORE-4", "SRV-CORE-19", "SRV-CORE-21",),
    ),
    Event(
        key="any.EMIT_ROOM",
        direction="client-to-server",
        dialects=("v1", "v2",),
        prefix="EMIT_ROOM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.EmitRoom),
        ack="never",
        answer=None,
        clauses=("SRV-CORE-F8", "SRV-CORE-4", "SRV-MSG-10", "SRV-MSG-11", "SRV-ROB-3", "SRV-ROB-4",),
    ),
    Event(
        key="any.LIST_CLIENTS",
        direction="client-to-server",
        dialects=("v1", "v2",),
        prefix="LIST_CLIENTS",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.ListClients),
        ack="required",
        answer=TypeAdapter(acks.ListClientsAck),
        clauses=("SRV-CORE-10", "SRV-CORE-1", "SRV-CORE-2", "SRV-CORE-11",),
    ),
    Event(
        key="v2.GET_CLIENT_CONNECTED_STATUS",
        direction="client-to-server",
        dialects=("v2",),
        prefix="GET_CLIENT_CONNECTED_STATUS",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.GetClientConnectedStatus),
        ack="required",
        answer=TypeAdapter(acks.ConnectedStatusAck),
        clauses=("SRV-CORE-12",),
    ),
    Event(
        key="v2.CHECK_API_NAME",
        direction="client-to-server",
        dialects=("v2",),
        prefix="CHECK_API_NAME",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.CheckApiName),
        ack="required",
        answer=TypeAdapter(acks.CheckApiNameAck),
        clauses=("SRV-SVC-10", "SRV-SVC-3", "SRV-ROB-4",),
    ),
    Event(
        key="v2.CREATE_API",
        direction="client-to-server",
        dialects=("v2",),
        prefix="CREATE_API",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.CreateApi),
        ack="never",
        answer=None,
        clauses=("SRV-SVC-11", "SRV-SVC-1", "SRV-SVC-3", "SRV-ROB-3", "SRV-ROB-4",),
    ),
    Event(
        key="v2.USE_API",
        direction="client-to-server",
        dialects=("v2",),
        prefix="USE_API",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.UseApi),
        ack="optional",
        answer=TypeAdapter(acks.ForwardedAck),
        clauses=("SRV-SVC-12", "SRV-SVC-1", "SRV-SVC-2", "SRV-SVC-16", "SRV-MSG-10", "SRV-MSG-13",),
    ),
    Event(
        key="v2.DESTROY_API",
        direction="client-to-server",
        dialects=("v2",),
        prefix="DESTROY_API",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.DestroyApi),
        ack="never",
        answer=None,
        clauses=("SRV-SVC-13", "SRV-SVC-3", "SRV-SVC-16",),
    ),
    Event(
        key="any.server.SERVER_ERROR",
        direction="server-to-client",
        dialects=("v1", "v2",),
        prefix="SERVER_ERROR",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.ServerError),
        ack="never",
        answer=None,
        clauses=("SRV-CORE-F3", "SRV-ROB-1",),
    ),
    Event(
        key="v2.server.SERVER_PING",
        direction="server-to-client",
        dialects=("v2",),
        prefix="SERVER_PING",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.ServerPing),
        ack="required",
        answer=TypeAdapter(acks.PongAck),
        clauses=("SRV-CORE-14", "CLI-CORE-2",),
    ),
    Event(
        key="v1.server.MULTI_API_ADD_TARGET",
        direction="server-to-client",
        dialects=("v1",),
        prefix="MULTI_API_ADD_TARGET",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.TargetAddedV1),
        ack="required",
        answer=TypeAdapter(acks.AddTargetAck),
        clauses=("SRV-MSG-F1", "CLI-MSG-F1", "CLI-MSG-10",),
    ),
    Event(
        key="v2.server.ADD_TARGET",
        direction="server-to-client",
        dialects=("v2",),
        prefix="ADD_TARGET",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.TargetAdded),
        ack="required",
        answer=TypeAdapter(acks.AddTargetAck),
        clauses=("SRV-MSG-F1", "CLI-MSG-F1", "CLI-MSG-10",),
    ),
    Event(
        key="v1.server.MULTI_API_TARGET_DISCONNECT",
        direction="server-to-client",
        dialects=("v1",),
        prefix="MULTI_API_TARGET_DISCONNECT",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.TargetDisconnectedV1),
        ack="never",
        answer=None,
        clauses=("SRV-MSG-2", "SRV-MSG-F1", "SRV-MSG-20", "SRV-MSG-22", "CLI-MSG-1",),
    ),
    Event(
        key="v2.server.TARGET_DISCONNECT",
        direction="server-to-client",
        dialects=("v2",),
        prefix="TARGET_DISCONNECT",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.TargetDisconnected),
        ack="never",
        answer=None,
        clauses=("SRV-MSG-2", "SRV-MSG-F1", "SRV-MSG-20", "SRV-MSG-22", "CLI-MSG-1",),
    ),
    Event(
        key="v1.server.MULTI_API_CREATE_STREAM",
        direction="server-to-client",
        dialects=("v1",),
        prefix="MULTI_API_CREATE_STREAM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.StreamOfferedV1),
        ack="required",
        answer=TypeAdapter(acks.CreateStreamAck),
        clauses=("SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "CLI-STR-F2",),
    ),
    Event(
        key="v2.server.CREATE_STREAM",
        direction="server-to-client",
        dialects=("v2",),
        prefix="CREATE_STREAM",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.StreamOffered),
        ack="required",
        answer=TypeAdapter(acks.CreateStreamAck),
        clauses=("SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "SRV-STR-15", "CLI-STR-F2",),
    ),
    Event(
        key="v2.server.CREATE_STREAM-CHANNEL-<channel>",
        direction="server-to-client",
        dialects=("v2",),
        prefix="CREATE_STREAM-CHANNEL-",
        suffix="",
        is_pattern=True,
        args=TypeAdapter(events.StreamOfferedOnChannel),
        ack="required",
        answer=TypeAdapter(acks.CreateStreamAck),
        clauses=("SRV-STR-12", "SRV-STR-4", "SRV-STR-10", "SRV-STR-11", "CLI-STR-F2",),
    ),
    Event(
        key="v1.server.P2P_EMIT_STREAM-from-stream-<stream>",
        direction="server-to-client",
        dialects=("v1",),
        prefix="P2P_EMIT_STREAM-from-stream-",
        suffix="",
        is_pattern=True,
        args=TypeAdapter(events.StreamDataV1),
        ack="optional",
        answer=TypeAdapter(acks.StreamDataAck),
        clauses=("SRV-STR-F1", "CLI-STR-3", "CLI-STR-10",),
    ),
    Event(
        key="v2.server.P2P_EMIT_STREAM-from-stream-<stream>",
        direction="server-to-client",
        dialects=("v2",),
        prefix="P2P_EMIT_STREAM-from-stream-",
        suffix="",
        is_pattern=True,
        args=TypeAdapter(events.StreamDataV2),
        ack="optional",
        answer=TypeAdapter(acks.StreamDataAck),
        clauses=("SRV-STR-F1", "CLI-STR-3", "CLI-STR-10", "CLI-STR-11", "SRV-STR-15",),
    ),
    Event(
        key="v1.server.PEER_STREAM_DESTROYED",
        direction="server-to-client",
        dialects=("v1",),
        prefix="PEER_STREAM_DESTROYED",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.PeerStreamDestroyedV1),
        ack="never",
        answer=None,
        clauses=("CLI-STR-4", "CLI-STR-12", "SRV-STR-2",),
    ),
    Event(
        key="v2.server.PEER_STREAM_DESTROYED",
        direction="server-to-client",
        dialects=("v2",),
        prefix="PEER_STREAM_DESTROYED",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.PeerStreamDestroyedV2),
        ack="never",
        answer=None,
        clauses=("CLI-STR-4", "CLI-STR-12", "SRV-STR-2",),
    ),
    Event(
        key="v1.server.SUBSCRIBE_TOPIC",
        direction="server-to-client",
        dialects=("v1",),
        prefix="SUBSCRIBE_TOPIC",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.SubscribeTopic),
        ack="optional",
        answer=TypeAdapter(acks.SubscribeTopicAck),
        clauses=("SRV-SVC-F5", "SRV-SVC-4", "CLI-SVC-F1", "CLI-SVC-F2",),
    ),
    Event(
        key="v1.server.UNSUBSCRIBE_TOPIC",
        direction="server-to-client",
        dialects=("v1",),
        prefix="UNSUBSCRIBE_TOPIC",
        suffix="",
        is_pattern=False,
        args=TypeAdapter(events.UnsubscribeTopic),
        ack="never",
        answer=None,
        clauses=("SRV-SVC-F5", "SRV-SVC-4", "CLI-SVC-F1", "CLI-SVC-F2",),
    ),
    Event(
        key="v1.server.<room>-DEFAULT_TOPIC_EVENT",
        direction="server-to-client",
        dialects=("v1",),
        prefix="",
        suffix="-DEFAULT_TOPIC_EVENT",
        is_pattern=True,
        args=TypeAdapter(events.TopicPublication),
        ack="never",
        answer=None,
        clauses=("SRV-SVC-5", "SRV-SVC-4", "CLI-SVC-F2",),
    ),
    Event(
        key="v1.server.<room>-TOPIC_BEING_DESTROYED",
        direction="server-to-client",
        dialects=("v1",),
        prefix="",
        suffix="-TOPIC_BEING_DESTROYED",
        is_pattern=True,
        args=TypeAdapter(events.TopicBeingDestroyed),
        ack="never",
        answer=None,
        clauses=("SRV-SVC-3", "SRV-SVC-5",),
    ),
    Event(
        key="any.server.<event>",
        direction="server-to-client",
        dialects=("v1", "v2",),
        prefix="",
        suffix="",
        is_pattern=True,
        args=TypeAdapter(events.Forwarded),
        ack="optional",
        answer=TypeAdapter(acks.ForwardedAck),
        clauses=("SRV-MSG-10", "SRV-MSG-11", "SRV-MSG-12", "SRV-MSG-15", "CLI-MSG-2", "SRV-MSG-26", "SRV-MSG-27",),
    ),
)
"""Every event: what clients send, then what servers send."""
