"""What every bus promises about stopping: nothing is lost, nothing new begins, nobody hangs."""

import asyncio

import pytest

from shared.model.errors import Unavailable
from shared.model.events import FramesExtracted
from shared.model.outcomes import Done
from shared.ports.bus import Bus, Delivery, Subscription
from tests.contract.bus_suite import A_MOMENT_S, QUEUE, BusRig, message, messages
from tests.contract.handlers import Holding, Scripted, eventually, stats_become


async def eventually_well(subscription: Subscription) -> None:
    async def well() -> bool:
        try:
            await subscription.check()
        except Unavailable:
            return False
        return True

    await eventually(well)


class BusStopSuite:
    @pytest.fixture
    async def bus(self, rig: BusRig) -> Bus:
        return await rig.open()

    async def test_stop_hands_back_what_is_running_and_counts_no_attempt(self, bus: Bus) -> None:
        held, after = Holding(), Scripted()
        running = await bus.consume(QUEUE, held, prefetch=2)
        await bus.publish(messages(3))
        await held.called(2)
        await running.stop()
        assert (held.running, held.finished) == (0, 0)
        await stats_become(bus, QUEUE, 3, 0, 0)
        await bus.consume(QUEUE, after)
        await after.called(3)
        assert after.attempts == [1, 1, 1]

    async def test_stop_gives_running_handlers_the_grace_and_takes_nothing_new(self, bus: Bus) -> None:
        held = Holding()
        running = await bus.consume(QUEUE, held)
        await bus.publish(messages(3))
        await held.called()
        stopping = asyncio.create_task(running.stop(grace=10))
        await asyncio.sleep(A_MOMENT_S)
        assert not stopping.done()
        held.release.set()
        async with asyncio.timeout(5):
            await stopping
        assert held.finished == len(held.deliveries) == 1
        await stats_become(bus, QUEUE, 2, 0, 0)

    async def test_who_does_not_finish_in_the_grace_is_cancelled(self, bus: Bus) -> None:
        held, after = Holding(), Scripted()
        running = await bus.consume(QUEUE, held)
        await bus.publish([message()])
        await held.called()
        async with asyncio.timeout(5):
            await running.stop(grace=0.1)
        assert (held.running, held.finished) == (0, 0)
        await bus.consume(QUEUE, after)
        await after.called()
        assert after.attempts == [1]

    async def test_a_handler_may_finish_its_clean_up_when_cancelled(self, bus: Bus) -> None:
        cleaned, started = [], asyncio.Event()

        async def handler(delivery: Delivery) -> Done:
            started.set()
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.05)
                cleaned.append(delivery.envelope.id)
            return Done()

        running = await bus.consume(QUEUE, handler)
        await bus.publish([message()])
        await started.wait()
        await running.stop()
        assert len(cleaned) == 1
        await stats_become(bus, QUEUE, 1, 0, 0)

    @pytest.mark.parametrize("pause", [0.0, 0.001, 0.003, 0.01, 0.03])
    async def test_stop_at_any_moment_loses_nothing_and_counts_nothing(self, bus: Bus, pause: float) -> None:
        """Also while a message is just being taken or settled."""
        sent, before, after = messages(20), Scripted(), Scripted()
        await bus.publish(sent)
        running = await bus.consume(QUEUE, before, prefetch=3)
        await asyncio.sleep(pause)
        await running.stop()
        done = set(before.ids)
        await bus.consume(QUEUE, after)
        await stats_become(bus, QUEUE, 0, 0, 0)
        assert done | set(after.ids) == {each.id for each in sent}
        assert set(after.attempts) <= {1}

    async def test_wait_returns_when_stopped(self, bus: Bus) -> None:
        consuming = await bus.consume(QUEUE, Scripted())
        listening = await bus.listen(frozenset({FramesExtracted.TYPE}), lambda _: None)
        waits = [asyncio.create_task(each.wait()) for each in (consuming, listening)]
        await asyncio.sleep(0.05)
        assert not any(wait.done() for wait in waits)
        for subscription in (consuming, listening):
            await subscription.stop()
            await subscription.stop()
        async with asyncio.timeout(5):
            await asyncio.gather(*waits, consuming.wait(), listening.wait())

    async def test_a_subscription_is_checked_until_it_is_stopped(self, bus: Bus) -> None:
        consuming = await bus.consume(QUEUE, Scripted())
        listening = await bus.listen(frozenset({FramesExtracted.TYPE}), lambda _: None)
        await eventually_well(consuming)
        await eventually_well(listening)
        await consuming.stop()
        with pytest.raises(Unavailable):
            await consuming.check()

    async def test_who_gives_up_waiting_stops_nobody(self, bus: Bus) -> None:
        held = Holding()
        consuming = await bus.consume(QUEUE, held)
        await bus.publish([message()])
        await held.called()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(consuming.wait(), 0.05)
        assert held.running == 1
        held.release.set()
        await stats_become(bus, QUEUE, 0, 0, 0)
        await bus.publish([message()])
        await held.called(2)

    async def test_one_consumer_may_stop_while_others_go_on(self, bus: Bus) -> None:
        first, second = Scripted(), Scripted()
        stopped = await bus.consume(QUEUE, first)
        await bus.consume(QUEUE, second)
        await stopped.stop()
        await bus.publish(messages(5))
        await second.called(5)
        assert first.deliveries == []

    async def test_close_ends_subscriptions_and_gives_everything_back(self, bus: Bus, rig: BusRig) -> None:
        held, after = Holding(), Scripted()
        consuming = await bus.consume(QUEUE, held)
        listening = await bus.listen(frozenset({FramesExtracted.TYPE}), lambda _: None)
        await bus.publish([message()])
        await held.called()
        await bus.close()
        async with asyncio.timeout(5):
            await asyncio.gather(consuming.wait(), listening.wait())
        bus = await rig.open()
        await bus.consume(QUEUE, after)
        await after.called()
        assert after.attempts == [1]

    async def test_a_bus_answers_until_it_is_closed_and_then_says_so(self, bus: Bus) -> None:
        await bus.ping()
        await bus.close()
        await bus.close()
        with pytest.raises(Unavailable):
            await bus.ping()
        with pytest.raises(Unavailable):
            await bus.publish([message()])

    async def test_a_bus_without_messages_is_quiet(self, bus: Bus) -> None:
        handler = Scripted()
        await bus.consume(QUEUE, handler)
        await asyncio.sleep(A_MOMENT_S)
        assert handler.deliveries == []
        await bus.publish([message()])
        began = asyncio.get_running_loop().time()
        await eventually(lambda: handler.deliveries)
        assert asyncio.get_running_loop().time() - began < 1.0, (
            "an idle consumer is woken up, it does not look around"
        )
