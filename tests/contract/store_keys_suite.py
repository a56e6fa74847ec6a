"""What every store promises about accounts, idempotency keys and token buckets."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.model.accounts import AccountSettings, AgentTarget
from shared.model.errors import Conflict
from shared.model.ids import new_id
from shared.ports.store import Allowance, IdempotencyRecord, Store
from tests.contract.store_suite import StoreRig
from tests.samples import NOON, FakeClock, an_account, at


def a_claim(**fields: Any) -> IdempotencyRecord:
    """Held for ten seconds while the upload comes in, known for a hundred."""
    known: dict[str, Any] = {
        "user_id": "usr_a",
        "key": "k1",
        "claim": new_id("clm"),
        "lease_until": at(10),
        "expires_at": at(100),
    }
    return IdempotencyRecord(**{**known, **fields})


def bound(claim: IdempotencyRecord, session_id: str = "sess_1") -> IdempotencyRecord:
    return replace(claim, fingerprint="f1", session_id=session_id, mode="async")


class StoreKeysSuite:
    @pytest.fixture
    async def store(self, rig: StoreRig) -> Store:
        return await rig.open()

    # Accounts

    async def test_an_account_is_read_as_it_was_written(self, store: Store, rig: StoreRig) -> None:
        settings = AccountSettings(default_agent=AgentTarget.RAW, include_raw_diff=True, max_recording_length=30)
        account = an_account(name="Änn ✓", email="Ann@Example.com", avatar_url="https://x/y", settings=settings)
        await store.insert_account(account)
        assert await store.account(account.id) == account
        assert await (await rig.open()).account(account.id) == account
        assert await store.account("usr_unknown") is None

    async def test_ids_that_issuers_give_are_taken_as_they_are(self, store: Store) -> None:
        for subject in ("auth0|6f", "a b", "ä😀", "$where", "x" * 255, "A", "a"):
            await store.insert_account(an_account(id=subject, name=subject))
            found = await store.account(subject)
            assert found is not None
            assert found.name == subject

    async def test_an_account_id_is_taken_once(self, store: Store) -> None:
        account = an_account()
        await store.insert_account(account)
        with pytest.raises(Conflict):
            await store.insert_account(account.model_copy(update={"name": "Bob"}))
        assert await store.account(account.id) == account

    async def test_an_address_is_taken_by_one_local_account_whatever_its_case(self, store: Store) -> None:
        ann = an_account(email="Ann@Example.com", password_hash="h")
        await store.insert_account(ann)
        with pytest.raises(Conflict):
            await store.insert_account(an_account(email="aNN@example.COM", password_hash="h2"))
        assert await store.local_account_by_email("ANN@EXAMPLE.COM") == ann
        assert await store.local_account_by_email("ann@example.org") is None

    async def test_accounts_of_other_issuers_may_share_addresses(self, store: Store) -> None:
        for _ in range(2):
            await store.insert_account(an_account(email="ann@example.com"))
        await store.insert_account(an_account(email=None))
        await store.insert_account(an_account(email=None))
        assert await store.local_account_by_email("ann@example.com") is None
        local = an_account(email="ann@example.com", password_hash="h")
        await store.insert_account(local)
        assert await store.local_account_by_email("ann@example.com") == local

    async def test_of_20_who_sign_up_with_one_address_one_wins(self, rig: StoreRig) -> None:
        stores = [await rig.open(), await rig.open()]
        made = [an_account(email="ann@example.com", password_hash=f"{number}") for number in range(20)]
        inserts = (stores[n % 2].insert_account(each) for n, each in enumerate(made))
        results = await asyncio.gather(*inserts, return_exceptions=True)
        assert sum(result is None for result in results) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 19
        assert await stores[0].local_account_by_email("ann@example.com") == made[results.index(None)]

    async def test_of_20_who_change_an_account_one_wins(self, rig: StoreRig) -> None:
        stores, account = [await rig.open(), await rig.open()], an_account()
        await stores[0].insert_account(account)
        made = [account.model_copy(update={"version": 1, "name": f"{number}"}) for number in range(20)]
        won = await asyncio.gather(*(stores[n % 2].replace_account(each, 0) for n, each in enumerate(made)))
        assert sum(won) == 1
        assert await stores[1].account(account.id) == made[won.index(True)]
        assert not await stores[0].replace_account(an_account(), 0)

    async def test_an_address_stays_unique_when_accounts_change(self, store: Store) -> None:
        ann = an_account(email="ann@example.com", password_hash="h")
        bob = an_account(email="bob@example.com", password_hash="h")
        for account in (ann, bob):
            await store.insert_account(account)
        with pytest.raises(Conflict):
            await store.replace_account(bob.model_copy(update={"version": 1, "email": "ANN@example.com"}), 0)
        moved = ann.model_copy(update={"version": 1, "email": "ann@example.org"})
        assert await store.replace_account(moved, 0)
        assert await store.local_account_by_email("ann@example.com") is None
        assert await store.local_account_by_email("ann@example.org") == moved

    # Idempotency keys

    async def test_a_free_key_is_taken(self, store: Store) -> None:
        mine = a_claim()
        assert await store.claim_idempotency(mine, NOON) == mine

    async def test_who_comes_second_learns_who_holds_it(self, store: Store) -> None:
        first = a_claim(mode="async")
        await store.claim_idempotency(first, NOON)
        assert await store.claim_idempotency(a_claim(), at(9.999)) == first

    async def test_keys_are_each_users_own(self, store: Store) -> None:
        await store.claim_idempotency(a_claim(), NOON)
        for other in (a_claim(user_id="usr_b"), a_claim(key="K1"), a_claim(key="k1 ")):
            assert await store.claim_idempotency(other, NOON) == other

    async def test_of_20_who_claim_a_key_one_wins_and_all_know_it(self, rig: StoreRig) -> None:
        stores = [await rig.open(), await rig.open()]
        claims = [a_claim() for _ in range(20)]
        held = await asyncio.gather(*(stores[n % 2].claim_idempotency(c, NOON) for n, c in enumerate(claims)))
        assert len({record.claim for record in held}) == 1
        assert held[0] in claims

    async def test_a_lease_that_ran_out_frees_the_key(self, store: Store) -> None:
        await store.claim_idempotency(a_claim(), NOON)
        second = a_claim(lease_until=at(30))
        assert await store.claim_idempotency(second, at(10)) == second

    async def test_what_is_bound_to_a_session_holds_until_it_expires(self, store: Store) -> None:
        first = a_claim()
        await store.claim_idempotency(first, NOON)
        assert await store.update_idempotency(bound(first))
        assert await store.claim_idempotency(a_claim(), at(99.999)) == bound(first)
        second = a_claim(lease_until=at(110), expires_at=at(200))
        assert await store.claim_idempotency(second, at(100)) == second

    async def test_who_lost_the_claim_can_write_nothing(self, store: Store) -> None:
        first, second = a_claim(), a_claim(lease_until=at(30))
        await store.claim_idempotency(first, NOON)
        await store.claim_idempotency(second, at(10))
        assert not await store.update_idempotency(bound(first))
        await store.release_idempotency("usr_a", "k1", first.claim)
        assert await store.claim_idempotency(a_claim(), at(11)) == second
        assert not await store.update_idempotency(bound(a_claim(key="unknown")))

    async def test_a_released_key_is_free_at_once(self, store: Store) -> None:
        first, second = a_claim(), a_claim()
        await store.claim_idempotency(first, NOON)
        await store.release_idempotency("usr_a", "k1", first.claim)
        assert await store.claim_idempotency(second, NOON) == second

    async def test_keys_of_sessions_are_forgotten(self, store: Store) -> None:
        claims = [a_claim(key=f"k{number}") for number in range(3)]
        for number, claim in enumerate(claims):
            await store.claim_idempotency(claim, NOON)
            await store.update_idempotency(bound(claim, f"sess_{number}"))
        await store.forget_session_keys([])
        await store.forget_session_keys(["sess_0", "sess_1", "sess_unknown"])
        again = [a_claim(key=f"k{number}") for number in range(3)]
        held = [await store.claim_idempotency(claim, NOON) for claim in again]
        assert held == [again[0], again[1], bound(claims[2], "sess_2")]

    async def test_expire_removes_what_has_had_its_time(self, store: Store) -> None:
        old, young = a_claim(key="old"), a_claim(key="young", expires_at=at(101))
        for claim in (old, young):
            await store.claim_idempotency(claim, NOON)
            await store.update_idempotency(bound(claim))
        await store.expire(at(100))
        assert not await store.update_idempotency(bound(old))
        assert await store.update_idempotency(bound(young))

    # Token buckets

    async def take(self, store: Store, now: datetime, bucket: str = "b") -> Allowance:
        return await store.take_token(bucket, rate=2.0, burst=4, now=now)

    async def test_a_bucket_gives_its_burst_and_then_its_rate(self, store: Store) -> None:
        clock = FakeClock()
        taken = [await self.take(store, clock.now()) for _ in range(5)]
        assert [each.allowed for each in taken] == [True, True, True, True, False]
        assert [each.remaining for each in taken] == [3, 2, 1, 0, 0]
        assert taken[-1].retry_after == pytest.approx(0.5)
        assert [each.reset_after for each in taken] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.0])
        assert not (await self.take(store, clock.forward(0.4))).allowed
        assert (await self.take(store, clock.forward(0.1))).allowed
        assert not (await self.take(store, clock.now())).allowed

    async def test_a_refused_call_costs_nothing(self, store: Store) -> None:
        for _ in range(4):
            await self.take(store, NOON)
        for _ in range(50):
            refused = await self.take(store, at(0.25))
            assert (refused.allowed, refused.retry_after) == (False, pytest.approx(0.25))
        assert (await self.take(store, at(0.5))).allowed

    async def test_a_bucket_is_never_fuller_than_its_burst(self, store: Store) -> None:
        await self.take(store, NOON)
        taken = [await self.take(store, at(3600)) for _ in range(5)]
        assert sum(each.allowed for each in taken) == 4

    async def test_buckets_are_apart(self, store: Store) -> None:
        for _ in range(5):
            await self.take(store, NOON)
        assert (await self.take(store, NOON, "B")).remaining == 3

    async def test_a_clock_that_jumps_back_gives_nothing_away(self, store: Store) -> None:
        for _ in range(4):
            await self.take(store, at(100))
        for _ in range(10):
            assert not (await self.take(store, at(50))).allowed
            assert not (await self.take(store, at(100))).allowed
        assert (await self.take(store, at(100.5))).allowed

    async def test_of_20_calls_at_once_the_burst_is_allowed(self, rig: StoreRig) -> None:
        stores = [await rig.open(), await rig.open()]
        taken = await asyncio.gather(*(self.take(stores[number % 2], NOON) for number in range(20)))
        assert sum(each.allowed for each in taken) == 4
        assert sorted(each.remaining for each in taken if each.allowed) == [0, 1, 2, 3]

    async def test_expire_leaves_a_bucket_that_is_in_use(self, store: Store) -> None:
        for _ in range(4):
            await self.take(store, NOON)
        await store.expire(at(0.25))
        assert not (await self.take(store, at(0.25))).allowed

    async def test_a_bucket_from_the_far_future_is_forgotten(self, store: Store) -> None:
        """A clock was wrong when it was filled: it would stand still until that day."""
        for _ in range(4):
            await self.take(store, NOON + timedelta(days=400))
        await store.expire(NOON)
        assert (await self.take(store, NOON)).allowed
