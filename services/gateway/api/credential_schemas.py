"""The bodies of the contract that have to do with credentials."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from services.gateway.api.schemas import Body
from shared.model.credentials import Provider
from shared.model.timestamps import Timestamp
from shared.model.web_address import web_address

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
ApiKey = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[\x21-\x7e]+$")
]
ModelName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
BaseUrl = Annotated[str, AfterValidator(web_address)]


class NewCredential(Body):
    provider: Provider
    label: Label
    api_key: ApiKey = Field(repr=False)
    model: ModelName | None = None
    base_url: BaseUrl | None = None
    is_active: bool = True


class CredentialPatch(Body):
    """`model` and `baseUrl` may be null: the provider's own."""

    label: Label | None = None
    api_key: ApiKey | None = Field(default=None, repr=False)
    model: ModelName | None = None
    base_url: BaseUrl | None = None
    is_active: bool | None = None


class CredentialBody(Body):
    id: str
    provider: Provider
    label: str
    masked_key: str
    model: str | None
    base_url: str | None
    is_active: bool
    created_at: Timestamp
    updated_at: Timestamp
