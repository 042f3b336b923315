"""What all sections of the configuration are made of."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from nmfbio.config_yaml import parse_number

AS_NUMBER = BeforeValidator(parse_number)
Number = Annotated[float, AS_NUMBER]
Text = Annotated[str, StringConstraints(min_length=1)]


class Section(BaseModel):
    """Base of all parts of the configuration: unknown keys are refused and nothing changes after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def key(default: Any, description: str, unit: str = "", meanings: list[str] | None = None, **bounds: Any) -> Any:
    """A documented key.

    `unit` is shown in ``config/README.md`` and kept in the schema as ``x-unit``; `meanings` explain each choice to
    editors.
    """
    extra = {"x-unit": unit} if unit else {}
    extra |= {"enumDescriptions": meanings} if meanings else {}
    return Field(default, description=description, json_schema_extra=extra or None, **bounds)
