"""Identifiers: a prefix that says what it names, then 96 bits."""

import hashlib
import secrets


def new_id(prefix: str) -> str:
    """A fresh id such as `sess_…`, from the system's cryptographic source."""
    return f"{prefix}_{secrets.token_hex(12)}"


def derived_id(prefix: str, *parts: str | int) -> str:
    """The same id for the same parts, so that repeated work overwrites itself.

    At least one part must be an id from `new_id`: the result is as hard to guess as that one.
    """
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
    return f"{prefix}_{digest[:24]}"
