"""What the gateway can be told."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from shared.runtime.settings import RuntimeSettings


class GatewaySettings(RuntimeSettings):
    """Times are seconds."""

    host: str = "127.0.0.1"
    port: int = 8080
    ingest_url: str = "http://127.0.0.1:8081"
    prompter_url: str = "http://127.0.0.1:8082"

    sync_wait: float = 120.0  # POST /recordings without respond-async answers 202 after this
    rate_per_second: float = Field(default=20.0, gt=0)  # per account, on average
    rate_burst: int = Field(default=120, ge=1)  # per account, at once
    signin_per_minute: float = Field(default=20.0, gt=0)  # per client address, sign-up and sign-in
    # Trusted proxies in front: the client is the one that the outermost of them saw (X-Forwarded-For). 0: whoever
    # connects is the client, and the field, which anybody can write, is not looked at.
    forwarded_for_hops: int = Field(default=0, ge=0)
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()  # https://app.example,http://localhost:5173

    token_ttl: float = 7 * 24 * 3600.0  # of the local issuer's tokens
    page_token_ttl: float = 900.0  # of the tokens that a page gets by its cookie
    refresh_ttl: float = 12 * 3600.0  # how long a page that is not used stays signed in
    asset_ttl: int = 3600  # signed links live for one to two of these

    jwks_url: str = ""  # set: an external issuer; the local one is switched off
    jwt_issuer: str = ""
    jwt_audience: str = ""
    oidc_client_id: str = ""  # set: the page signs in at the external issuer, by code and PKCE
    oidc_scope: str = "openid profile email offline_access"

    # What addresses an account's own model may have: the same rules as for the pages that the ARIA lane opens.
    aria_policy: Literal["any", "public"] = "public"
    aria_allow: Annotated[tuple[str, ...], NoDecode] = ()  # host:port,host:port

    @field_validator("cors_origins", "aria_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
