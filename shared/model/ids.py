"""Identifiers: a prefix that says what it names, then 96 bits."""

import hashlib
import re
import secrets

_SESSION = re.compile(r"sess_[0-9a-f]{24}")
_ASSET = re.compile(r"ast_[0-9a-f]{48}")


def is_session_id(text: str) -> bool:
    return _SESSION.fullmatch(text) is not None


def new_id(prefix: str) -> str:
    """A fresh id such as `sess_…`, from the system's cryptographic source."""
    return f"{prefix}_{secrets.token_hex(12)}"


def derived_id(prefix: str, *parts: str | int) -> str:
    """The same id for the same parts, so that repeated work overwrites itself.

    At least one part must be an id from `new_id`: the result is as hard to guess as that one.
    """
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
    return f"{prefix}_{digest[:24]}"


def asset_id(session_id: str, frame_id: str) -> str:
    """The id of a frame's thumbnail. It holds both ids, so that it can be found without an index."""
    return f"ast_{_body(session_id)}{_body(frame_id)}"


def asset_parts(asset: str) -> tuple[str, str] | None:
    """Session and frame of an asset id, or None when it is none."""
    if not _ASSET.fullmatch(asset):
        return None
    return f"sess_{asset[4:28]}", f"frm_{asset[28:]}"


def _body(identifier: str) -> str:
    return identifier.partition("_")[2]
