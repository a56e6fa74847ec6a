"""Keys of an account for models of its own. The key itself is only ever here sealed."""

from typing import Literal

from shared.model.accounts import Model
from shared.model.timestamps import Timestamp

Provider = Literal["anthropic", "openai"]


class Credential(Model):
    """`sealed_key` is the API key encrypted under the vault's key of version `key_version`."""

    id: str
    user_id: str
    provider: Provider
    label: str
    masked_key: str
    sealed_key: str
    key_version: int
    model: str | None = None
    base_url: str | None = None
    is_active: bool = True
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 0


def shown_key(api_key: str) -> str:
    """Enough to tell two keys apart, and no more: `sk-…4f2a`."""
    if len(api_key) < 12:
        return "…"
    return f"{api_key[:3]}…{api_key[-4:]}"
