"""CloudEvents 1.0 in structured JSON mode: the form of everything that travels on the bus."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.model.timestamps import Timestamp

SOURCE = "/claude-scope"


class Envelope(BaseModel):
    """Attribute names are those of CloudEvents (lower case); `requestid` and `traceparent` are extensions."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str = SOURCE
    type: str
    subject: str
    time: Timestamp
    datacontenttype: Literal["application/json"] = "application/json"
    requestid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    def to_json(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


def envelope_of(body: bytes | str) -> Envelope | None:
    """The envelope that a message holds, or None when it holds none."""
    try:
        return Envelope.model_validate_json(body)
    except ValidationError:
        return None
