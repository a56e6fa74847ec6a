"""Failures that people are told about. `message` always says what happened and what to do."""

from dataclasses import dataclass
from typing import Literal

FailureCode = Literal[
    "not_a_video",
    "empty_recording",
    "damaged_recording",
    "unsupported_size",
    "too_long",
    "decode_limits",
    "vision_failed",
    "prompt_failed",
    "storage_failed",
    "internal",
]

# The recording itself is at fault: trying again cannot help, and REST answers 400 instead of 500.
RECORDING_AT_FAULT: frozenset[FailureCode] = frozenset(
    {"not_a_video", "empty_recording", "damaged_recording", "unsupported_size", "too_long", "decode_limits"}
)


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str


class ScopeError(Exception):
    """Base of every failure that we raise on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PermanentFailure(ScopeError):
    """The work cannot succeed however often it is tried; the session goes to `error` at once."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code: FailureCode = code


class Unavailable(ScopeError):
    """A server or resource we depend on does not answer now; trying again later can help."""


class Misconfigured(ScopeError):
    """A setting, or what it points to, cannot be used; the message says what would do. Waiting is no help."""


class Conflict(ScopeError):
    """Somebody else was first: an id, an address or a version is taken."""
