"""Checking a bearer token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from services.gateway.identity.keys import KeySet, VerifyKey
from shared.runtime.problems import Problem

PROGRAM = "tok"  # begins the ids of tokens for programs
WELCOME = "welcome"  # the id of tokens that `scope up` prints to open the page with
_LEEWAY_S = 30
_MAX_TOKEN = 8192


@dataclass(frozen=True)
class Claims:
    """What we take from a token. Anything but the subject may be missing; `token_id` is that of our own tokens."""

    subject: str
    email: str | None = None
    name: str | None = None
    picture: str | None = None
    token_id: str | None = None

    @property
    def welcomes(self) -> bool:
        """Whether it may sign a page in. No other may: a link could sign people in as whoever made the link."""
        return self.token_id == WELCOME

    @property
    def of_program(self) -> bool:
        """Whether its owner made it for a program: then it can be taken back, and makes no others."""
        return (self.token_id or "").startswith(f"{PROGRAM}_")


class Tokens:
    def __init__(self, keys: KeySet, issuer: str = "", audience: str = "", *, own: bool = False) -> None:
        """Issuer and audience are checked where they are given. Ids are taken from our `own` tokens alone."""
        self._keys, self._issuer, self._audience, self._own = keys, issuer, audience, own

    async def claims(self, authorization: str | None) -> Claims:
        """Raise Problem 401 for a token that is missing, expired or not ours."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or not token.isascii() or len(token) > _MAX_TOKEN:
            raise unauthorized()
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise unauthorized() from error
        kid = header.get("kid")
        keys = await self._keys.keys(kid if isinstance(kid, str) else None)
        return self._first(token, [key for key in keys if key.algorithm == header.get("alg")])

    def _first(self, token: str, keys: Sequence[VerifyKey]) -> Claims:
        """The claims by the first key that verifies; without a `kid` there may be several to try."""
        for key in keys:
            try:
                return _claims(self._decode(token, key), self._own)
            except jwt.PyJWTError:
                continue
        raise unauthorized()

    def _decode(self, token: str, key: VerifyKey) -> dict[str, Any]:
        options: Any = {"require": ["exp", "sub"], "verify_aud": bool(self._audience)}
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            issuer=self._issuer or None,
            audience=self._audience or None,
            leeway=_LEEWAY_S,
            options=options,
        )


def unauthorized() -> Problem:
    return Problem(401, "Unauthorized", headers={"WWW-Authenticate": "Bearer"})


def _claims(claims: dict[str, Any], own: bool) -> Claims:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise jwt.InvalidTokenError("subject")
    email, name, picture, token_id = (_text(claims, each) for each in ("email", "name", "picture", "jti"))
    return Claims(subject, email, name, picture, token_id if own else None)


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value[:500] if isinstance(value, str) and value else None
