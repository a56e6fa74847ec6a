"""One process: parts die together, drain in order, and a killed one's last words leave with the next."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from shared.model.errors import ScopeError, Unavailable
from shared.model.events import RecordingStored
from shared.model.session import Session
from shared.model.transitions import Deleted, FramesKept
from shared.runtime.admin import admin_app, port_checks
from shared.runtime.ledger import Decision
from shared.runtime.process import Process
from shared.runtime.settings import RuntimeSettings
from shared.runtime.wiring import Ports, open_ports
from shared.runtime.worker import Job, Work, session_fails
from tests.contract.handlers import Scripted, eventually
from tests.samples import a_frame, a_session


@pytest.fixture
def settings(tmp_path: Path) -> RuntimeSettings:
    return RuntimeSettings(data_dir=tmp_path, relay_interval=0.05, sweep_interval=0.05, drain_grace=5.0)


def frames_job(handle: Any) -> Job:
    return Job("frames", handle, "frame_extraction", session_fails("frame_extraction"))


async def uploaded(process: Process) -> Session:
    session = a_session()
    event = RecordingStored(session_id=session.id, user_id=session.user_id)
    return await process.ledger.insert(session, (event,))


async def keep(work: Work) -> Decision:
    return FramesKept((a_frame(work.session.id, 0.0),), 100.0)


async def test_from_a_commit_through_the_bus_to_the_next_commit(settings: RuntimeSettings) -> None:
    async with Process(settings) as process:
        await process.work(frames_job(keep))
        session = await uploaded(process)

        async def is_analysing() -> bool:
            found = await process.ports.store.session(session.id)
            return found is not None and found.stage == "analyzing"

        await eventually(is_analysing)


async def test_it_runs_until_it_is_stopped(settings: RuntimeSettings) -> None:
    async with Process(settings) as process:
        await process.sweep()
        running = asyncio.create_task(process.run())
        await asyncio.sleep(0.1)
        assert not running.done()
        process.stop()
        await asyncio.wait_for(running, 5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it(settings: RuntimeSettings, number: signal.Signals) -> None:
    async with Process(settings) as process:
        running = asyncio.create_task(process.run())
        await asyncio.sleep(0.05)
        os.kill(os.getpid(), number)
        await asyncio.wait_for(running, 5)


async def test_a_side_task_that_dies_ends_the_process_with_its_error(settings: RuntimeSettings) -> None:
    async def die() -> None:
        await asyncio.sleep(0.05)
        raise ValueError("side task")

    async with Process(settings) as process:
        process.watch("side task", die())
        with pytest.raises(ValueError, match="side task"):
            await asyncio.wait_for(process.run(), 5)


async def test_a_side_task_that_ends_on_its_own_is_an_error_too(settings: RuntimeSettings) -> None:
    async with Process(settings) as process:
        process.watch("side task", asyncio.sleep(0.05))
        with pytest.raises(RuntimeError, match="side task ended on its own"):
            await asyncio.wait_for(process.run(), 5)


async def test_a_consumer_whose_bus_breaks_ends_the_process(settings: RuntimeSettings) -> None:
    async with Process(settings) as process:
        await process.work(frames_job(keep))
        await asyncio.sleep(0.05)
        bus: Any = process.ports.bus
        connection, bus._file._connection = bus._file._connection, None
        with pytest.raises(Unavailable):
            await asyncio.wait_for(process.run(), 5)
        bus._file._connection = connection


async def test_draining_lets_running_work_finish_and_publishes_its_events(settings: RuntimeSettings) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def slow(work: Work) -> Decision:
        started.set()
        await go_on.wait()
        return await keep(work)

    async with Process(settings) as process:
        await process.work(frames_job(slow))
        session = await uploaded(process)
        await started.wait()
        asyncio.get_running_loop().call_later(0.1, go_on.set)
    async with open_ports(settings) as ports:
        after = await ports.store.session(session.id)
        assert after is not None
        assert (after.stage, after.outbox) == ("analyzing", ())
        assert (await ports.bus.stats("frames")).ready == 0
        handler = Scripted()
        await ports.bus.consume("vision", handler)
        await handler.called()
        await eventually(lambda: _empty(ports, "vision"))
        assert len(set(handler.ids)) == 1  # a relay cut off between publishing and clearing repeats the same event


async def _empty(ports: Ports, queue: str) -> bool:
    stats = await ports.bus.stats(queue)
    return (stats.ready, stats.in_flight, stats.dead) == (0, 0, 0)


async def test_work_beyond_the_grace_goes_back_to_its_queue(tmp_path: Path) -> None:
    settings, started = RuntimeSettings(data_dir=tmp_path, drain_grace=0.1), asyncio.Event()

    async def endless(work: Work) -> Decision:
        started.set()
        await asyncio.sleep(60)
        return await keep(work)

    async with Process(settings) as process:
        await process.work(frames_job(endless))
        session = await uploaded(process)
        await started.wait()
    async with Process(settings) as process:
        assert (await process.ports.bus.stats("frames")).ready == 1
        await process.work(frames_job(keep))

        async def done() -> bool:
            found = await process.ports.store.session(session.id)
            return found is not None and found.stage == "analyzing"

        await eventually(done)


async def test_a_deletion_stops_the_work_on_it(settings: RuntimeSettings) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(work: Work) -> Decision:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return await keep(work)

    async with Process(settings) as process:
        await process.work(frames_job(endless))
        session = await uploaded(process)
        await started.wait()
        await process.ledger.commit(session.id, Deleted())
        await asyncio.wait_for(cancelled.wait(), 5)
        await eventually(lambda: _empty(process.ports, "frames"))


async def test_what_cannot_start_leaves_nothing_open(settings: RuntimeSettings, tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"in the way")
    with pytest.raises(Unavailable):
        async with Process(settings):
            pass
    (tmp_path / "blobs").unlink()
    async with Process(settings) as process:
        await process.ports.store.ping()


async def test_a_server_takes_a_free_port_and_finishes_what_it_answers(settings: RuntimeSettings) -> None:
    began, answers = asyncio.Event(), list[str]()

    async def slow(request: web.Request) -> web.Response:
        began.set()
        await asyncio.sleep(0.2)
        return web.Response(text="done")

    async def ask(url: str) -> None:
        async with ClientSession() as http, http.get(url) as response:
            answers.append(await response.text())

    app = web.Application()
    app.router.add_get("/", slow)
    async with Process(settings) as process:
        host, port = await process.serve(app, "127.0.0.1", 0)
        asking = asyncio.create_task(ask(f"http://{host}:{port}/"))
        await began.wait()
    await asking
    assert answers == ["done"]


async def test_the_admin_server_tells_whether_it_is_ready(settings: RuntimeSettings) -> None:
    async with Process(settings) as process, ClientSession() as http:
        host, port = await process.serve(admin_app(port_checks(process.ports)), "127.0.0.1", 0)
        url = f"http://{host}:{port}"

        async def get(path: str) -> tuple[int, str]:
            async with http.get(url + path) as response:
                return response.status, await response.text()

        assert await get("/livez") == (200, '{"status": "ok"}')
        assert (await get("/readyz"))[0] == 200
        assert "scope_commits_total" in (await get("/metrics"))[1]
        await process.ports.store.close()
        status, body = await get("/readyz")
        assert (status, "is closed" in body, '"bus": "ok"' in body) == (503, True, True)
        assert (await get("/livez"))[0] == 200


async def test_a_check_that_hangs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.runtime import admin

    async def hang() -> None:
        await asyncio.sleep(60)

    async def fail() -> None:
        raise ScopeError("why it fails")

    monkeypatch.setattr(admin, "_LIMIT_S", 0.05)
    assert await admin.run_checks({"a": hang, "b": fail}) == {"a": "no answer within 0 s", "b": "why it fails"}
