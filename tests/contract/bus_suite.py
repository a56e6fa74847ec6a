"""What every bus promises (see shared/ports/bus.py). An adapter inherits the class and gives it a `rig`.

Nothing here relies on the order of messages, or on figures being up to date at once: brokers promise neither.
"""

import asyncio
from collections import Counter
from typing import Protocol

import pytest

from shared.model.envelope import Envelope
from shared.model.events import (
    AnalysisCompleted,
    Event,
    FramesExtracted,
    LaneCompleted,
    PromptRequested,
    RecordingStored,
)
from shared.model.ids import new_id
from shared.model.outcomes import MAX_ATTEMPTS, Done, Retry
from shared.ports.bus import Bus, Delivery
from shared.ports.clock import SystemClock
from tests.contract.handlers import Holding, Scripted, eventually, stats_become

QUEUE = "vision"  # gets FramesExtracted and nothing else
A_MOMENT_S = 0.3  # how long to look for what must not happen


class BusRig(Protocol):
    async def open(self) -> Bus:
        """A bus on the data of this test. The rig closes it after the test, if the test did not."""

    async def crash(self, bus: Bus) -> None:
        """The process that holds this bus dies without a word; what it had in hand is lost with it."""

    async def smuggle(self, queue: str, body: bytes) -> None:
        """Anything at all, straight into a queue."""


def message(event: type[Event] = FramesExtracted, **data: object) -> Envelope:
    session_id = new_id("sess")
    return Envelope(
        id=new_id("evt"),
        type=event.TYPE,
        subject=session_id,
        time=SystemClock().now(),
        requestid="req-1",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data={"sessionId": session_id, **data},
    )


async def consumers_are(bus: Bus, queue: str, count: int) -> bool:
    return (await bus.stats(queue)).consumers == count


def messages(count: int) -> list[Envelope]:
    return [message(number=number) for number in range(count)]


class BusSuite:
    @pytest.fixture
    async def bus(self, rig: BusRig) -> Bus:
        return await rig.open()

    # Delivery

    async def test_a_message_arrives_as_it_was_published_and_is_done_once(self, bus: Bus) -> None:
        sent, handler = message(text="naïve ✓ \u0000 \U0001f600", big="x" * 300_000), Scripted()
        await bus.consume(QUEUE, handler)
        await bus.publish([sent])
        await stats_become(bus, QUEUE, 0, 0, 0)
        await handler.called()
        assert handler.deliveries == [Delivery(QUEUE, sent, attempt=1)]

    async def test_what_was_published_before_anybody_consumed_waits(self, bus: Bus) -> None:
        sent, handler = messages(5), Scripted()
        await bus.publish(sent)
        await stats_become(bus, QUEUE, 5, 0, 0)
        await bus.consume(QUEUE, handler)
        await handler.called(5)
        assert sorted(handler.ids) == sorted(each.id for each in sent)

    async def test_a_message_goes_to_every_queue_that_wants_its_type(self, bus: Bus) -> None:
        sent, frames, aria = message(RecordingStored), Scripted(), Scripted()
        await bus.publish([sent])
        await bus.consume("frames", frames)
        await frames.called()
        await stats_become(bus, "frames", 0, 0, 0)
        await stats_become(bus, "aria", 1, 0, 0)
        await bus.consume("aria", aria)
        await aria.called()
        assert (frames.deliveries[0].queue, aria.deliveries[0].queue) == ("frames", "aria")
        assert frames.ids == aria.ids == [sent.id]
        await stats_become(bus, QUEUE, 0, 0, 0)

    async def test_a_queue_takes_several_types(self, bus: Bus) -> None:
        handler = Scripted()
        await bus.publish([message(AnalysisCompleted), message(PromptRequested)])
        await bus.consume("prompter", handler)
        await handler.called(2)
        types = {delivery.envelope.type for delivery in handler.deliveries}
        assert types == {AnalysisCompleted.TYPE, PromptRequested.TYPE}

    async def test_types_that_no_queue_wants_are_accepted(self, bus: Bus) -> None:
        unknown = message().model_copy(update={"type": "org.example.unknown.v1"})
        await bus.publish([message(LaneCompleted), unknown, message()])
        await stats_become(bus, QUEUE, 1, 0, 0)

    async def test_publishing_nothing_does_nothing(self, bus: Bus) -> None:
        await bus.publish([])
        await stats_become(bus, QUEUE, 0, 0, 0)

    async def test_four_consumers_share_200_messages_each_exactly_once(self, bus: Bus) -> None:
        sent, handler = messages(200), Scripted()
        for _ in range(4):
            await bus.consume(QUEUE, handler, prefetch=2)
        await asyncio.gather(*(bus.publish(sent[start : start + 50]) for start in range(0, 200, 50)))
        await handler.called(200)
        await stats_become(bus, QUEUE, 0, 0, 0)
        assert Counter(handler.ids) == Counter(each.id for each in sent)
        assert set(handler.attempts) == {1}

    async def test_stats_say_who_takes_from_a_queue(self, bus: Bus, rig: BusRig) -> None:
        running = await bus.consume(QUEUE, Scripted())
        await bus.consume(QUEUE, Scripted())
        await bus.consume("frames", Scripted())
        await eventually(lambda: consumers_are(bus, QUEUE, 2))
        await running.stop()
        await eventually(lambda: consumers_are(bus, QUEUE, 1))

    async def test_prefetch_bounds_what_runs_at_once(self, bus: Bus) -> None:
        handler = Holding()
        await bus.consume(QUEUE, handler, prefetch=3)
        await bus.publish(messages(8))
        await handler.called(3)
        await stats_become(bus, QUEUE, 5, 3, 0)
        await asyncio.sleep(A_MOMENT_S)
        assert handler.running == 3
        handler.release.set()
        await eventually(lambda: handler.finished == 8)
        assert handler.most_at_once == 3

    async def test_a_message_in_work_is_given_to_nobody_else(self, bus: Bus) -> None:
        first, second = Holding(), Scripted()
        await bus.consume(QUEUE, first)
        await bus.publish([message()])
        await first.called()
        await bus.consume(QUEUE, second, prefetch=5)
        await asyncio.sleep(1.3)  # longer than adapters that look for work wait in between
        assert second.deliveries == []
        first.release.set()
        await stats_become(bus, QUEUE, 0, 0, 0)
        assert (first.attempts, second.deliveries) == ([1], [])

    # Nothing lost

    async def test_messages_outlive_a_restart_and_a_crash(self, bus: Bus, rig: BusRig) -> None:
        sent, handler = messages(3), Scripted()
        await bus.publish(sent)
        await bus.close()
        bus = await rig.open()
        await rig.crash(bus)
        bus = await rig.open()
        await bus.consume(QUEUE, handler)
        await handler.called(3)
        assert Counter(handler.ids) == Counter(each.id for each in sent)

    async def test_what_a_dead_consumer_held_is_delivered_again_and_counted(self, bus: Bus, rig: BusRig) -> None:
        held, after = Holding(), Scripted()
        await bus.consume(QUEUE, held, prefetch=2)
        await bus.publish(messages(2))
        await held.called(2)
        await rig.crash(bus)
        bus = await rig.open()
        await bus.consume(QUEUE, after)
        await after.called(2)
        assert Counter(after.ids) == Counter(held.ids)
        assert after.attempts == [2, 2]

    async def test_what_was_done_stays_done(self, bus: Bus, rig: BusRig) -> None:
        handler, after = Scripted(), Scripted()
        await bus.consume(QUEUE, handler)
        await bus.publish([message()])
        await handler.called()
        await stats_become(bus, QUEUE, 0, 0, 0)
        await rig.crash(bus)
        bus = await rig.open()
        await bus.consume(QUEUE, after)
        await asyncio.sleep(A_MOMENT_S)
        assert after.deliveries == []

    async def test_attempts_are_counted_over_restarts_and_crashes(self, bus: Bus, rig: BusRig) -> None:
        first, held, last = Scripted(Retry(0.0, "later")), Holding(), Scripted()
        running = await bus.consume(QUEUE, first)
        await bus.publish([message()])
        await first.called(2)
        await running.stop(grace=5)
        so_far = max(first.attempts)
        await bus.close()
        bus = await rig.open()
        await bus.consume(QUEUE, held)
        await held.called()
        await rig.crash(bus)
        bus = await rig.open()
        await bus.consume(QUEUE, last)
        await last.called()
        assert (held.attempts, last.attempts) == ([so_far + 1], [so_far + 2])

    # Trying again

    async def test_retry_waits_as_long_as_it_was_asked_to(self, bus: Bus) -> None:
        handler = Scripted(Retry(0.4, "busy"), Done())
        await bus.consume(QUEUE, handler)
        await bus.publish([message()])
        await handler.called(2)
        assert handler.attempts == [1, 2]
        assert handler.times[1] - handler.times[0] >= 0.39
        await stats_become(bus, QUEUE, 0, 0, 0)

    async def test_a_delayed_message_counts_as_ready_and_blocks_no_other(self, bus: Bus) -> None:
        slow, seen = message(), []

        async def handler(delivery: Delivery) -> Done | Retry:
            seen.append(delivery.envelope.id)
            if delivery.envelope.id == slow.id:
                return Retry(120.0, "much later")
            return Done() if delivery.attempt > 1 else Retry(0.1, "soon")

        await bus.consume(QUEUE, handler)
        await bus.publish([slow])
        await eventually(lambda: seen)
        quick = message()
        await bus.publish([quick])
        await eventually(lambda: seen.count(quick.id) == 2)
        await stats_become(bus, QUEUE, 1, 0, 0)
        assert seen.count(slow.id) == 1

    async def test_a_delay_outlives_a_crash(self, bus: Bus, rig: BusRig) -> None:
        handler, after = Scripted(Retry(0.5, "busy")), Scripted()
        await bus.consume(QUEUE, handler)
        await bus.publish([message()])
        await handler.called()
        await stats_become(bus, QUEUE, 1, 0, 0)
        await rig.crash(bus)
        bus = await rig.open()
        await bus.consume(QUEUE, after)
        await after.called()
        assert after.attempts == [max(handler.attempts) + 1]
        assert after.times[0] - handler.times[0] >= 0.49

    @pytest.mark.parametrize("failure", [RuntimeError("boom"), asyncio.CancelledError(), TimeoutError()])
    async def test_a_handler_that_raises_is_called_again(self, bus: Bus, failure: BaseException) -> None:
        """Even when what it raises is that something it waited for was cancelled."""
        handler = Scripted(failure, Done())
        await bus.consume(QUEUE, handler)
        await bus.publish([message()])
        await handler.called(2)
        assert handler.attempts == [1, 2]
        assert handler.times[1] - handler.times[0] >= 0.9, "the ladder begins with a second"
        await stats_become(bus, QUEUE, 0, 0, 0)

    async def test_a_handler_that_raises_keeps_nobody_waiting(self, bus: Bus) -> None:
        bad, seen = message(), []

        async def handler(delivery: Delivery) -> Done:
            seen.append(delivery.envelope.id)
            if delivery.envelope.id == bad.id:
                raise ValueError("cannot")
            return Done()

        await bus.consume(QUEUE, handler)
        await bus.publish([bad])
        await bus.publish(messages(3))
        await eventually(lambda: len(set(seen)) == 4)

    async def test_a_handler_that_raises_every_time_is_given_up(self, bus: Bus) -> None:
        again = [Retry(0.0, "again")] * (MAX_ATTEMPTS - 1)
        handler = Scripted(*again, RuntimeError("boom"))
        await bus.consume(QUEUE, handler)
        await bus.publish([message()])
        await stats_become(bus, QUEUE, 0, 0, 1)
        [dead] = await bus.dead_letters(QUEUE)
        assert handler.attempts == [1, 2, 3, 4, 5]
        assert dead.attempts == MAX_ATTEMPTS
        assert "boom" in dead.reason
