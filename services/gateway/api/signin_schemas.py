"""The bodies of the contract that have to do with who one is: signing in, and tokens for programs."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.gateway.api.schemas import Address, Body, Sparse
from shared.model.timestamps import Timestamp

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def _email(text: str) -> str:
    address = text.strip()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise ValueError("must be an e-mail address such as ann@example.com")
    return address


Email = Annotated[str, AfterValidator(_email)]


# --- requests ---


class SignUp(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    email: Email
    password: Annotated[str, Field(min_length=8, max_length=128)]


class SignIn(Body):
    email: str
    password: str


class SignInCode(Body):
    """What an external issuer sent the page back with, and what the page had kept for it."""

    code: Annotated[str, Field(min_length=1, max_length=4096)]
    code_verifier: Annotated[str, Field(min_length=43, max_length=128, pattern=r"^[A-Za-z0-9._~-]+$")]
    redirect_uri: Address


class NewToken(Body):
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    days: Annotated[int, Field(ge=1, le=365, description="how long it is good")] = 90


# --- responses ---


class User(Body):
    id: str
    name: str
    email: str | None
    avatar_url: str | None


class SignedIn(Body):
    access_token: str
    user: User


class SignInOptions(Sparse):
    """`local`: name and password here. `oidc`: code and PKCE at `authorizeUrl`. `elsewhere`: not by a page."""

    kind: Literal["local", "oidc", "elsewhere"]
    authorize_url: str | None = None
    client_id: str | None = None
    scope: str | None = None


class TokenBody(Body):
    id: str
    label: str
    created_at: Timestamp
    expires_at: Timestamp


class FreshToken(TokenBody):
    token: str = Field(description="shown this once")
