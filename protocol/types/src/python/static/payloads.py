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
