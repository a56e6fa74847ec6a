"""Processes and an operator's commands on shared servers, as they are typed."""

import asyncio
import json
import os
import signal
from typing import Any

import pytest
from aio_pika import Message
from aiohttp import ClientSession

from shared.adapters.bus_rabbit import RabbitBus
from shared.model.outcomes import DeadLetter
from tests.contract.bus_suite import message
from tests.contract.handlers import Scripted, eventually, stats_become
from tests.e2e.processes import SCOPE, Command
from tests.integration.conftest import Place


async def scope(place: Place, *words: str, **variables: str) -> tuple[int, str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SCOPE_")}
    process = await asyncio.create_subprocess_exec(
        str(SCOPE), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**clean, **place.variables, **variables},
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def test_topology_does_no_harm_when_it_is_there(place: Place) -> None:
    for _ in range(2):
        assert (await scope(place, "topology"))[0] == 0


@pytest.mark.slow
async def test_dead_letters_are_listed_shown_replayed_and_dropped(place: Place) -> None:
    bus = await RabbitBus.open(place.bus_url)
    burying = await bus.consume("vision", Scripted(DeadLetter("no model answers")))
    sent = [message(), message()]
    await bus.publish(sent)
    await bus.put(bus._names.work("frames"), Message(b"not ours"))
    await bus.consume("frames", Scripted())
    await stats_become(bus, "vision", 0, 0, 2)
    await stats_become(bus, "frames", 0, 0, 1)
    await burying.stop()

    _, text, _ = await scope(place, "queues")
    counts = {line.split()[0]: line.split()[1:] for line in text.splitlines()[1:]}
    assert counts["vision"] == ["0", "0", "2"]
    assert counts["frames"] == ["0", "1", "1"]

    _, text, _ = await scope(place, "dlq", "list")
    lines = text.splitlines()
    assert len(lines) == 3
    assert sum("no model answers" in line and sent[0].subject in line for line in lines) == 1
    assert sum("foreign message" in line for line in lines) == 1
    [first, second] = [line.split()[1] for line in lines if line.startswith("vision")]

    _, shown, _ = await scope(place, "dlq", "show", "vision", first)
    whole = json.loads(shown)
    assert whole["reason"] == "no model answers"
    assert whole["message"]["id"] in {each.id for each in sent}
    code, _, error = await scope(place, "dlq", "show", "vision", "dead_0")
    assert (code, error.count("\n")) == (1, 1)

    assert (await scope(place, "dlq", "replay", "vision", first))[1] == "1 put back on vision\n"
    await stats_become(bus, "vision", 1, 0, 1)
    assert (await scope(place, "dlq", "drop", "vision", "--all"))[1] == "1 dropped from vision\n"
    await stats_become(bus, "vision", 1, 0, 0)
    assert second
    code, _, error = await scope(place, "dlq", "replay", "vision")
    assert (code, "--all" in error) == (1, True)
    await bus.close()


@pytest.mark.parametrize(
    ("variables", "code", "words"),
    [
        ({"SCOPE_BUS_URL": "local:"}, 78, "scope up"),
        ({"SCOPE_BUS_URL": "kafka://x"}, 78, "no adapter takes"),
        ({"SCOPE_BUS_URL": "amqp://a:b@127.0.0.1:9/"}, 69, "cannot be reached"),
        (
            {"SCOPE_STORE_URL": "mongodb://127.0.0.1:9/x?serverSelectionTimeoutMS=200"},
            69,
            "MongoDB does not answer",
        ),
        ({"SCOPE_BLOBS_URL": "s3+http://a:b@127.0.0.1:9/bucket"}, 69, "does not answer"),
        ({"SCOPE_BLOBS_URL": "s3+http://a:b@127.0.0.1:9"}, 78, "/bucket"),
        ({"SCOPE_DRAIN_GRACE": "soon"}, 78, "SCOPE_DRAIN_GRACE"),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else None,
)
async def test_what_cannot_work_is_one_line_and_an_exit_code(
    place: Place, variables: dict[str, str], code: int, words: str
) -> None:
    found, out, error = await scope(place, "prompter", **variables)
    assert (found, out) == (code, ""), error
    assert words in error.splitlines()[-1]
    assert "Traceback" not in error


async def test_settings_are_shown_without_their_secrets(place: Place) -> None:
    secret = {"SCOPE_BUS_URL": "amqp://ann:hunter2@host/", "SCOPE_INTERNAL_KEY": "sesame"}
    for words in (("run", "frames", "gateway"), ("gateway",), ("frames",), ("up",)):
        code, out, _ = await scope(place, *words, "--print-settings", **secret)
        assert code == 0
        assert "SCOPE_BUS_URL=amqp://ann:***@host/" in out
        assert "SCOPE_INTERNAL_KEY=***" in out
        assert "hunter2" not in out
        assert "sesame" not in out
    assert "SCOPE_FRAME_BUDGET=24" in (await scope(place, "frames", "--print-settings"))[1]
    assert "SCOPE_FRAME_BUDGET" not in (await scope(place, "gateway", "--print-settings"))[1]


async def readiness(url: str) -> tuple[int, dict[str, Any]]:
    async with ClientSession() as http, http.get(f"{url}/readyz") as response:
        return response.status, (await response.json())["checks"]


@pytest.mark.slow
async def test_a_process_is_ready_while_the_broker_delivers_to_it(place: Place) -> None:
    """Its queue goes, and it says so; it comes back, and so does the process, by itself."""
    log = place.data.parent / "process.log"
    command = Command(("run", "ingest", "prompter"), {**place.variables, "SCOPE_ADMIN_PORT": "0",
                      "SCOPE_INGEST_PORT": "0", "SCOPE_PROMPTER_PORT": "0"}, log)  # fmt: skip
    line = await command.start()
    admin = line.split("admin at ")[1]
    status, checks = await readiness(admin)
    assert (status, set(checks.values())) == (200, {"ok"})
    assert {
        "bus",
        "store",
        "blobs",
        "consumer of cleanup",
        "consumer of submissions",
        "consumer of prompter",
    } <= set(checks)
    bus = await RabbitBus.open(place.bus_url)
    async with bus._looking() as channel:
        await channel.queue_delete(bus._names.work("prompter"))

    async def unready() -> bool:
        status, checks = await readiness(admin)
        return status == 503 and checks["consumer of prompter"] != "ok" and checks["consumer of cleanup"] == "ok"

    await eventually(unready)
    assert (await scope(place, "topology"))[0] == 0

    async def ready() -> bool:
        return (await readiness(admin))[0] == 200

    await eventually(ready)
    assert await command.end(signal.SIGTERM) == 0
    await bus.close()
