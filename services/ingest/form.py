"""The fields of an upload beside its file. Pure."""

import json
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic.alias_generators import to_camel

from shared.model.accounts import AgentTarget
from shared.model.storage_state import StorageState
from shared.model.web_address import web_address

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Millis = Annotated[int, Field(ge=0, le=24 * 3600 * 1000)]

REPEATABLE = frozenset({"urls"})
MAX_FIELD_BYTES = 16 * 1024
MAX_STATE_BYTES = 512 * 1024


def _parsed(value: object) -> object:
    """The field is JSON in a form of texts."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError("must be the JSON that Playwright's storageState() gives") from error


class UploadForm(BaseModel):
    """As in `POST /recordings`; texts arrive as strings."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    title: Title
    seed_url: WebAddress
    notes: Annotated[str, Field(max_length=2000)] | None = None
    agent_target: AgentTarget | None = None
    duration_ms: Millis | None = None
    trim_start_ms: Millis | None = None
    trim_end_ms: Millis | None = None
    urls: Annotated[tuple[WebAddress, ...], Field(max_length=4)] = ()
    storage_state: Annotated[StorageState | None, BeforeValidator(_parsed)] = Field(default=None, repr=False)

    @field_validator("trim_end_ms")
    @classmethod
    def _after_the_start(cls, end: int | None, info: ValidationInfo) -> int | None:
        """How long the recording is, only who decodes it knows."""
        if end is not None and end <= (info.data.get("trim_start_ms") or 0):
            raise ValueError("must be greater than trimStartMs, or than 0 where that is not given")
        return end

    @property
    def pages(self) -> tuple[str, ...]:
        """The seed URL first, each page once."""
        return tuple(dict.fromkeys((self.seed_url, *self.urls)))


FIELDS = frozenset(to_camel(name) for name in UploadForm.model_fields)


def gathered(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Fields as they arrived, repeatable ones as lists. An empty optional field counts as not given."""
    form: dict[str, Any] = {}
    for name, value in fields:
        if name in REPEATABLE:
            form.setdefault(name, []).append(value)
        elif value or name in {"title", "seedUrl"}:
            form[name] = value
    return form
