"""The overlays, each rendered once."""

import pytest

from tests.unit.deploy.overlays import Overlay, rendered


@pytest.fixture(params=["dev", "prod"])
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return rendered(request.param)


@pytest.fixture
def prod() -> Overlay:
    return rendered("prod")


@pytest.fixture
def dev() -> Overlay:
    return rendered("dev")
