"""The bus as others use it: what the documentation shows works, and what is described is what is sent."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from services.ingest.app import add_ingest
from services.ingest.settings import IngestSettings
from services.shell.asyncapi import as_yaml
from shared.adapters.rabbit_topology import Names
from shared.model.accounts import AgentTarget
from shared.model.envelope import Envelope
from shared.model.events import EVENTS, Event, RecordingSubmit
from shared.runtime.ledger import envelope
from shared.runtime.process import Process
from tests.contract.handlers import eventually
from tests.integration.conftest import Place
from tests.samples import FakeClock, a_session, an_account

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = re.findall(r"```python\n(.*?)```", (DOCS / "bus.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
    return found


def validated(document: dict[str, Any], message: dict[str, Any]) -> None:
    """Raise when a message is not as the document says of its type."""
    [described] = [each for each in document["components"]["messages"].values() if each["name"] == message["type"]]
    jsonschema.validate(message, {**described["payload"], "components": document["components"]})


def test_the_description_is_that_of_the_classes() -> None:
    assert (DOCS / "asyncapi.yaml").read_text() == as_yaml(), "run `make asyncapi`"


def test_the_description_names_every_message_once(document: dict[str, Any]) -> None:
    messages = document["components"]["messages"]
    assert {each["name"] for each in messages.values()} == {each.TYPE for each in (*EVENTS, RecordingSubmit)}
    for channel in document["channels"].values():
        addresses = {channel["address"].format(event=event) for event in channel["parameters"]["event"]["enum"]}
        names = {messages[name]["name"] for name in channel["messages"]}
        assert addresses == names
    assert document["channels"]["events"]["bindings"]["amqp"]["exchange"]["name"] == Names().exchange


def a_message(kind: type[Event]) -> Envelope:
    session = a_session(request_id="req-1")
    known: dict[str, Any] = {
        "frame_count": 3, "lane": "aria", "error": "why", "code": "internal", "message": "why",
        "agent_target": AgentTarget.CODEX,
    }  # fmt: skip
    fields = {name: value for name, value in known.items() if name in kind.model_fields}
    return envelope(kind(session_id=session.id, user_id="usr_a", **fields), session, FakeClock())


@pytest.mark.parametrize("kind", EVENTS)
def test_what_is_sent_is_as_described(document: dict[str, Any], kind: type[Event]) -> None:
    message = json.loads(a_message(kind).to_json())
    validated(document, message)
    for spoilt in ({"specversion": "0.3"}, {"data": {**message["data"], "sessionId": 7}}, {"source": "/else"}):
        with pytest.raises(jsonschema.ValidationError):
            validated(document, {**message, **spoilt})


async def example(number: int, place: Place, *arguments: str) -> asyncio.subprocess.Process:
    """An example of the documentation as its reader would run it, on the names of this test."""
    address, _, prefix = place.bus_url.partition("?prefix=")
    text = EXAMPLES[number].replace("scope.events", f"{prefix}.events").replace("ext.my-app", f"{prefix}.ext")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error::DeprecationWarning", "-c", text, *arguments,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "SCOPE_BUS_URL": address},
    )  # fmt: skip


async def line(process: asyncio.subprocess.Process) -> list[str]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().split()


async def test_the_examples_submit_and_hear(place: Place, document: dict[str, Any]) -> None:
    """Nobody decodes here: the recording is empty, so that ingest itself ends the session."""
    settings: dict[str, Any] = {
        "store_url": place.store_url,
        "blobs_url": place.blobs_url,
        "bus_url": place.bus_url,
    }
    common = {**settings, "data_dir": place.data, "drain_grace": 1.0, "internal_key": "k"}
    async with Process(place.settings(drain_grace=1.0)) as process:
        await add_ingest(process, IngestSettings(ingest_port=0, **common))
        await process.ports.store.insert_account(an_account(id="usr_ann"))
        await process.ports.blobs.put("submissions/usr_ann/film.webm", b"")
        heard: list[Envelope] = []
        types = frozenset(each.TYPE for each in (*EVENTS, RecordingSubmit))
        await process.listen("the test", types, heard.append)
        listener = await example(0, place)
        try:
            bound = f"{Names(place.bus_url.partition('=')[2]).prefix}.ext"
            await eventually(lambda: _there(process, bound))
            submitter = await example(
                1, place, "usr_ann", "submissions/usr_ann/film.webm", "Save does nothing", "http://localhost:3000/"
            )
            [submission] = await line(submitter)
            assert await submitter.wait() == 0
            event, session_id, request_id = await line(listener)
            assert (event, request_id) == ("scope.session.failed.v1", submission)
            session = await process.ports.store.session(session_id)
            assert session is not None
            assert session.title == "Save does nothing"
            await eventually(lambda: len(heard) >= 2)
            for each in heard:
                validated(document, json.loads(each.to_json()))
        finally:
            listener.terminate()
            await listener.wait()
            async with process.ports.bus._looking() as channel:  # type: ignore[attr-defined]
                await channel.queue_delete(bound)


async def _there(process: Process, queue: str) -> bool:
    from shared.model.errors import Unavailable

    try:
        async with process.ports.bus._looking() as channel:  # type: ignore[attr-defined]
            await (await channel.get_underlay_channel()).queue_declare(queue, passive=True)
    except (Unavailable, Exception):
        return False
    await asyncio.sleep(0.3)  # declared, and about to be bound
    return True
