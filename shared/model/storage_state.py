"""The login of a test account, as Playwright's `storageState` saves it: cookies, and what pages keep."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

_Short = Annotated[str, Field(max_length=8192)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Cookie(_Part):
    name: _Short
    value: _Short = Field(repr=False)
    domain: _Short
    path: _Short = "/"
    expires: float = -1
    http_only: bool = False
    secure: bool = False
    same_site: Literal["Strict", "Lax", "None"] = "Lax"


class Entry(_Part):
    name: _Short
    value: Annotated[str, Field(max_length=200_000, repr=False)]


class Origin(_Part):
    origin: _Short
    local_storage: Annotated[list[Entry], Field(max_length=500)] = []


class StorageState(_Part):
    cookies: Annotated[list[Cookie], Field(max_length=500)] = []
    origins: Annotated[list[Origin], Field(max_length=50)] = []

    def for_playwright(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True)
