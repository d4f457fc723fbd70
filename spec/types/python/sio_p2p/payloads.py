"""Names, objects, and what stands for any value."""

from typing import Any, Dict, Sequence, Tuple, Union, get_args

from annotated_types import MinLen
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    JsonValue,
    SerializerFunctionWrapHandler,
    Strict,
    model_serializer,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema
from typing_extensions import Annotated

Payload = JsonValue
"""Any JSON value. A binary attachment stands in it as its placeholder."""

AnyText = Annotated[str, Strict()]
"""A text."""

Flag = Annotated[bool, Strict()]
"""True or false."""


class But:
    """Any value but these texts, which select another form."""

    def __init__(self, *texts: str) -> None:
        self.texts: Tuple[str, ...] = texts

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, value: Any) -> Any:
        if value in self.texts:
            raise ValueError(f"{value} selects another form")
        return value


class Variadic:
    """A tuple whose last item stands for any number of them, which pydantic has no words for."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        *fixed, rest = get_args(source)
        repeated = get_args(get_args(rest)[0])[0]
        items = [handler.generate_schema(item) for item in [*fixed, repeated]]
        return core_schema.tuple_schema(items, variadic_item_index=len(fixed))


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueError("leave it out instead of null")
    return value


NotNull = AfterValidator(_not_null)


def _truthy(value: Any) -> Any:
    if value is None or value is False or value == "" or (value == 0 and value is not True):
        raise ValueError("a reason counts as true")
    return value


Reason = Annotated[JsonValue, AfterValidator(_truthy)]
"""Why something was refused: any value that JavaScript calls true."""

Greeting = Annotated[str, Strict(), Field(pattern="^pong from client (?s:.)+$")]
"""``pong from client`` and the client's id."""

ClientId = Annotated[str, Strict(), MinLen(1)]
"""The id under which a client is known to its peers; any text but the empty one."""

EventName = Annotated[str, Strict()]
"""The name of an application event; the empty text is a name too."""

RoomName = Annotated[str, Strict()]
"""The name of a room."""

StreamId = Annotated[str, Strict()]
"""The id that one end of a stream chose for itself."""

ApiName = Annotated[str, Strict(), MinLen(1)]
"""The name under which an API is provided, dialect `v2`."""

TopicName = Annotated[str, Strict(), MinLen(1)]
"""The bare name of a topic, dialect `v1`."""

Channel = Annotated[str, Strict(), MinLen(1)]
"""The channel that sorts stream requests at the acceptor, dialect `v2`."""

Arguments = Sequence[Payload]
"""The arguments of an event, spread at the receiver and passed on unchanged."""

Rooms = Union[RoomName, Sequence[RoomName]]
"""One room, or a list of rooms."""


class MessageObject(BaseModel):
    """A message: who shall receive which event with which arguments. Client libraries put their
    own id first in `args`.
    """

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True
    )

    target_client_id: ClientId
    """The client that shall receive the event."""

    event: EventName
    """The event that it receives."""

    args: Arguments
    """The arguments of that event, passed on unchanged."""


class StreamInfo(BaseModel):
    """A stream as its opener sees it. Other members pass through unchanged."""

    model_config = ConfigDict(
        extra="allow", alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True
    )

    source_stream_id: StreamId
    """The stream id of the opener's end."""

    target_stream_id: StreamId
    """The stream id of the acceptor's end."""

    target_client_id: ClientId
    """The client that shall accept the stream."""

    source_client_id: Union[ClientId, None] = None
    """The client that opens the stream; set by the server, whatever the opener wrote."""

    channel: Annotated[Union[Channel, None], NotNull] = None
    """The channel by which the acceptor sorts requests, dialect v2 only."""

    arg_array: Annotated[Union[Arguments, None], NotNull] = None
    """Arguments of the opener for the acceptor, dialect v2 only."""

    @model_serializer(mode="wrap")
    def _without_what_was_left_out(self, inner: SerializerFunctionWrapHandler) -> Dict[str, Any]:
        members: Dict[str, Any] = inner(self)
        for name, field in type(self).model_fields.items():
            if name not in self.model_fields_set:
                members.pop(field.alias or name, None)
                members.pop(name, None)
        return members
