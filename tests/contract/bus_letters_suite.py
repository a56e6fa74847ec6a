"""What every bus promises about messages that are given up, and about those who only listen."""

import asyncio

import pytest

from shared.model.envelope import Envelope
from shared.model.events import FramesExtracted, LaneCompleted, RecordingStored
from shared.model.outcomes import DeadLetter, Retry
from shared.ports.bus import Bus, Delivery
from tests.contract.bus_suite import A_MOMENT_S, QUEUE, BusRig, message, messages
from tests.contract.handlers import Scripted, eventually, stats_become


class BusLettersSuite:
    @pytest.fixture
    async def bus(self, rig: BusRig) -> Bus:
        return await rig.open()

    # Dead letters

    async def _bury(self, bus: Bus, *sent: Envelope) -> None:
        burying = await bus.consume(QUEUE, Scripted(DeadLetter("unreadable")))
        for number, each in enumerate(sent, start=1):
            await bus.publish([each])
            await stats_become(bus, QUEUE, 0, 0, number)
        await burying.stop()

    async def test_a_dead_letter_is_kept_with_its_reason_and_never_delivered(self, bus: Bus, rig: BusRig) -> None:
        sent, after = message(), Scripted()
        await bus.consume(QUEUE, Scripted(Retry(0.0, "again"), DeadLetter("unreadable: ✗")))
        await bus.publish([sent])
        await stats_become(bus, QUEUE, 0, 0, 1)
        await rig.crash(bus)
        bus = await rig.open()
        await bus.consume(QUEUE, after)
        [dead] = await bus.dead_letters(QUEUE)
        assert (dead.envelope, dead.reason, dead.attempts) == (sent, "unreadable: ✗", 2)
        assert await bus.dead_letters("frames") == []
        await asyncio.sleep(A_MOMENT_S)
        assert after.deliveries == []

    async def test_dead_letters_are_listed_oldest_first_up_to_the_limit(self, bus: Bus) -> None:
        sent = messages(3)
        await self._bury(bus, *sent)
        assert [each.envelope for each in await bus.dead_letters(QUEUE)] == sent
        assert [each.envelope for each in await bus.dead_letters(QUEUE, limit=2)] == sent[:2]
        await stats_become(bus, QUEUE, 0, 0, 3)  # looking takes nothing away

    async def test_replay_puts_back_with_attempts_from_zero(self, bus: Bus) -> None:
        sent, handler = messages(2), Scripted()
        await self._bury(bus, *sent)
        [first, second] = await bus.dead_letters(QUEUE)
        assert await bus.replay("frames", [first.id]) == 0
        assert await bus.replay(QUEUE, ["no such id", first.id, first.id]) == 1
        assert await bus.replay(QUEUE, [first.id]) == 0
        assert [each.id for each in await bus.dead_letters(QUEUE)] == [second.id]
        await bus.consume(QUEUE, handler)
        await handler.called()
        await stats_become(bus, QUEUE, 0, 0, 1)
        assert handler.deliveries == [Delivery(QUEUE, first.envelope, attempt=1)]

    async def test_drop_forgets(self, bus: Bus, rig: BusRig) -> None:
        await self._bury(bus, *messages(2))
        [first, second] = await bus.dead_letters(QUEUE)
        assert await bus.drop("frames", [first.id]) == 0
        assert await bus.drop(QUEUE, []) == 0
        assert await bus.drop(QUEUE, ["no such id", first.id, first.id]) == 1
        await rig.crash(bus)
        bus = await rig.open()
        assert [each.envelope for each in await bus.dead_letters(QUEUE)] == [second.envelope]

    @pytest.mark.parametrize(
        "body",
        [b"", b"not json", b"[]", b"{}", b"\x00\xff", message().model_copy(update={"type": "x"}).to_json(),
         message(RecordingStored).to_json()],
        ids=["empty", "text", "list", "object", "bytes", "unknown type", "type of another queue"],
    )  # fmt: skip
    async def test_a_foreign_message_is_put_aside_as_it_is_and_harms_no_other(
        self, bus: Bus, rig: BusRig, body: bytes
    ) -> None:
        handler, mine = Scripted(), message()
        await rig.smuggle(QUEUE, body)
        await bus.consume(QUEUE, handler)
        await bus.publish([mine])
        await stats_become(bus, QUEUE, 0, 0, 1)
        [dead] = await bus.dead_letters(QUEUE)
        assert dead.body == body
        assert "foreign" in dead.reason
        assert handler.ids == [mine.id]
        assert await bus.drop(QUEUE, [dead.id]) == 1

    # Listeners

    async def test_every_listener_hears_the_types_it_asked_for(self, bus: Bus) -> None:
        lanes, both = [], []
        await bus.listen(frozenset({LaneCompleted.TYPE}), lanes.append)
        await bus.listen(frozenset({LaneCompleted.TYPE, FramesExtracted.TYPE}), both.append)
        sent = [message(LaneCompleted), message(), message(RecordingStored)]
        await bus.publish(sent)
        await eventually(lambda: len(lanes) == 1 and len(both) == 2)
        assert lanes == sent[:1]
        assert sorted(each.id for each in both) == sorted(each.id for each in sent[:2])
        await stats_become(bus, QUEUE, 1, 0, 0)  # listening takes nothing from the queues

    async def test_nothing_is_kept_for_listeners(self, bus: Bus, rig: BusRig) -> None:
        heard, types = [], frozenset({FramesExtracted.TYPE})
        await bus.publish([message()])
        listening = await bus.listen(types, heard.append)
        await listening.stop()
        await bus.publish([message()])
        await bus.close()
        bus = await rig.open()
        await bus.listen(types, heard.append)
        last = message()
        await bus.publish([last])
        await eventually(lambda: heard)
        await asyncio.sleep(A_MOMENT_S)
        assert heard == [last]

    async def test_one_function_may_listen_twice(self, bus: Bus) -> None:
        heard: list[Envelope] = []
        listen = heard.append
        first = await bus.listen(frozenset({FramesExtracted.TYPE}), listen)
        await bus.listen(frozenset({FramesExtracted.TYPE}), listen)
        await bus.publish([message()])
        await eventually(lambda: len(heard) == 2)
        await first.stop()
        await first.stop()
        await bus.publish([message()])
        await eventually(lambda: len(heard) == 3)

    async def test_a_listener_that_raises_harms_nobody(self, bus: Bus) -> None:
        heard: list[Envelope] = []

        def fail(envelope: Envelope) -> None:
            raise ValueError("cannot")

        types = frozenset({FramesExtracted.TYPE})
        await bus.listen(types, fail)
        await bus.listen(types, heard.append)
        await bus.publish([message()])
        await bus.publish([message()])
        await eventually(lambda: len(heard) == 2)
        await stats_become(bus, QUEUE, 2, 0, 0)
