"""Passes between our own services: short-lived tokens that say for whom a call is made."""

import time
from dataclasses import dataclass

import jwt

from shared.runtime.installation import derived_secret
from shared.runtime.problems import Problem

_ALGORITHM = "HS256"
_LIFE_S = 60


@dataclass(frozen=True)
class Passes:
    """`audience` is the service that is called."""

    key: bytes

    @classmethod
    def of(cls, master: bytes) -> "Passes":
        return cls(derived_secret(master, "passes between services"))

    def issue(self, user_id: str, audience: str) -> str:
        now = int(time.time())
        claims = {"sub": user_id, "aud": audience, "iat": now, "exp": now + _LIFE_S}
        return jwt.encode(claims, self.key, algorithm=_ALGORITHM)

    def check(self, authorization: str | None, audience: str) -> str:
        """The user a call is made for. Problem 401 for anything but a valid pass."""
        scheme, _, token = (authorization or "").partition(" ")
        try:
            claims = jwt.decode(
                token,
                self.key,
                algorithms=[_ALGORITHM],
                audience=audience,
                options={"require": ["exp", "sub", "aud"]},
                leeway=10,
            )
        except (jwt.PyJWTError, UnicodeError) as error:
            raise Problem(401, "This address is for our own services only.") from error
        if scheme.lower() != "bearer":
            raise Problem(401, "This address is for our own services only.")
        return str(claims["sub"])
