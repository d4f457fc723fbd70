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

