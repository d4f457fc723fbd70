"""What mypy says to users of the types. An expected error that does not come is an error, too."""

from sio_p2p import AddTarget, AddTargetAck, EmitRoom, MessageObject, P2pEmitV2, StreamInfo

info = StreamInfo(source_stream_id="SA", target_stream_id="SB", target_client_id="bob")
message = MessageObject(target_client_id="bob", event="hello", args=["alice", {"deep": [1]}])
target: AddTarget = ("bob",)
emit: P2pEmitV2 = ("bob", "hello", [1, None], None)
ask: P2pEmitV2 = ("bob", "sum", [2, 3])
room: EmitRoom = ("lobby", "news", 1, "two")
taken: AddTargetAck = ()
channel: "str | None" = info.channel

StreamInfo(source_stream_id="SA", target_stream_id="SB")  # type: ignore[call-arg]
MessageObject(target_client_id=5, event="hello", args=[])  # type: ignore[arg-type]
number: AddTarget = (5,)  # type: ignore[assignment]
short: P2pEmitV2 = ("bob", "hello")  # type: ignore[assignment]
nameless: EmitRoom = ("lobby", 5)  # type: ignore[assignment]
