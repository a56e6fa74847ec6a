"""What to do about something that this machine lacks."""

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip with the reason. Where everything must be there (SCOPE_TEST_REQUIRE=all, as in CI) it is a failure."""
    if os.environ.get("SCOPE_TEST_REQUIRE") == "all":
        pytest.fail(f"needed under SCOPE_TEST_REQUIRE=all: {reason}", pytrace=False)
    pytest.skip(reason)
