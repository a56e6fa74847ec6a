"""Times are aware UTC datetimes with millisecond precision, written as ISO-8601 with `Z`."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer


def to_millis(value: datetime) -> datetime:
    """Cut to milliseconds in UTC, so that what is stored and what is sent compare equal.

    ValueError for a moment that UTC has no year for.
    """
    try:
        utc = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is before the year 1 or after the year 9999 in UTC") from error
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def iso(value: datetime) -> str:
    """`2026-01-31T12:00:00.000Z`."""
    return to_millis(value).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[AwareDatetime, AfterValidator(to_millis), PlainSerializer(iso, return_type=str)]
