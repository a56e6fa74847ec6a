"""Schemathesis over the running service: whatever is sent, right or wrong, the answer is as described."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import Request, urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.gateway.api.docs import description
from tests.rest.service import Service, started

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# A stream of events lasts as long as its session's work, which here has no end: test_events.py is for that.
schema = schemathesis.openapi.from_dict(description()).exclude(path="/api/sessions/{id}/events")
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@dataclass
class Target:
    url: str
    headers: dict[str, str]

    def a_session(self) -> str:
        """The id of a fresh hand-made one."""
        head = {**self.headers, "Content-Type": "application/json"}
        order = Request(f"{self.url}/api/sessions", b'{"title": "fuzzed"}', head, method="POST")
        with urlopen(order, timeout=10) as answer:
            return str(json.load(answer)["id"])


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The service in a thread with a loop of its own: the fuzzer's client blocks."""
    folder, up, stop = tmp_path_factory.mktemp("fuzz"), threading.Event(), threading.Event()
    made: list[Service] = []

    async def serve() -> None:
        more = {"rate_per_second": 1e6, "rate_burst": 10**6, "signin_per_minute": 1e6, "sync_wait": 0.1}
        async with started(folder / "data", **more) as service:
            made.append(service)
            up.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert up.wait(20)
    yield Target(made[0].url, {"Authorization": f"Bearer {made[0].token()}"})
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


@schema.parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation(case: Case, target: Target) -> None:
    if case.path.startswith("/api/sessions/{id}") and "id" in (case.path_parameters or {}):
        case.path_parameters["id"] = target.a_session()  # random ids would all be unknown
    case.call_and_validate(base_url=target.url, headers=target.headers, checks=CHECKS, timeout=20)
