"""What every store promises about lists of sessions: order, pages, filters."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.model.accounts import AgentTarget
from shared.model.session import Session
from shared.ports.store import SessionQuery, Store
from tests.contract.store_suite import StoreRig
from tests.samples import NOON, a_session, at

MS = timedelta(milliseconds=1)


async def listed(store: Store, **query: Any) -> list[Session]:
    return await store.sessions(SessionQuery(**{"user_id": "usr_a", "limit": 100, **query}))


async def titles(store: Store, **query: Any) -> set[str]:
    return {session.title for session in await listed(store, **query)}


async def pages(store: Store, limit: int) -> list[list[Session]]:
    """Page after page, as a client reads them."""
    found: list[list[Session]] = []
    after: tuple[datetime, str] | None = None
    while page := await listed(store, limit=limit, after=after):
        found.append(page)
        after = page[-1].updated_at, page[-1].id
    return found


class StoreListSuite:
    @pytest.fixture
    async def store(self, rig: StoreRig) -> Store:
        return await rig.open()

    async def test_a_list_holds_whole_sessions_of_one_user(self, store: Store) -> None:
        mine, foreign = a_session(), a_session(user_id="usr_ab")
        for session in (mine, foreign):
            await store.insert_session(session)
        assert await listed(store) == [mine]
        assert await listed(store, user_id="usr_") == []

    async def test_most_recently_updated_first_then_by_id_downwards(self, store: Store) -> None:
        made = [a_session(id=f"sess_{n}", updated_at=at(n // 3)) for n in range(9)]
        for session in (made[4], made[8], made[0], *made[1:4], *made[5:8]):
            await store.insert_session(session)
        assert [session.id for session in await listed(store)] == [f"sess_{n}" for n in range(8, -1, -1)]

    async def test_an_update_moves_a_session_to_the_front(self, store: Store) -> None:
        first, second = a_session(updated_at=at(1)), a_session(updated_at=at(2))
        for session in (first, second):
            await store.insert_session(session)
        moved = first.model_copy(update={"version": 1, "updated_at": at(2) + MS})
        assert await store.replace_session(moved, 0)
        assert await listed(store) == [moved, second]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 100])
    async def test_pages_hold_every_session_once_even_when_all_have_one_time(
        self, store: Store, limit: int
    ) -> None:
        made = [a_session(updated_at=at(0 if number < 5 else number)) for number in range(8)]
        for session in made:
            await store.insert_session(session)
        found = await pages(store, limit)
        assert all(len(page) == limit for page in found[:-1])
        together = [session for page in found for session in page]
        assert together == await listed(store)
        assert len(together) == 8

    async def test_a_cursor_holds_its_place_when_something_changes(self, store: Store) -> None:
        made = [a_session(id=f"sess_{n}", updated_at=at(n)) for n in range(4)]
        for session in made:
            await store.insert_session(session)
        [last] = await listed(store, limit=1, after=(at(3), "sess_3"))
        await store.purge_session(last.id)
        await store.insert_session(a_session(id="sess_new", updated_at=at(50)))
        rest = await listed(store, after=(last.updated_at, last.id))
        assert [session.id for session in rest] == ["sess_1", "sess_0"]

    async def test_filter_by_status(self, store: Store) -> None:
        for stage in ("uploading", "extracting", "analyzing", "synthesizing", "persisting", "complete", "error"):
            await store.insert_session(a_session(title=stage, stage=stage))
        assert await titles(store, status="complete") == {"complete"}
        assert await titles(store, status="error") == {"error"}
        in_work = {"uploading", "extracting", "analyzing", "synthesizing", "persisting"}
        assert await titles(store, status="processing") == in_work

    async def test_filter_by_target(self, store: Store) -> None:
        for target in AgentTarget:
            await store.insert_session(a_session(title=target.value, agent_target=target))
        assert await titles(store, agent_target=AgentTarget.CODEX) == {"CODEX"}

    async def test_filters_follow_an_update(self, store: Store) -> None:
        session = a_session(title="before")
        await store.insert_session(session)
        update = {"version": 1, "title": "after", "stage": "complete", "agent_target": AgentTarget.RAW}
        after = session.model_copy(update=update)
        assert await store.replace_session(after, 0)
        found = await listed(store, title_contains="aft", status="complete", agent_target=AgentTarget.RAW)
        assert found == [after]
        assert await listed(store, title_contains="before") == []
        assert await listed(store, status="processing") == []

    @pytest.mark.parametrize(
        ("title", "wanted", "found"),
        [
            ("Save does nothing", "save", True),
            ("Save does nothing", "DOES N", True),
            ("Save does nothing", "does  n", False),
            ("Die Größe ändern", "GRÖSSE", True),
            ("ÅNGSTRÖM", "ångström", True),
            ("ПРИВЕТ мир", "привет МИР", True),
            ("絵文字 😀 ok", "😀", True),
            ("100% sure_thing", "100%", True),
            ("100 percent", "100%", False),
            ("a_b", "a_b", True),
            ("axb", "a_b", False),
            ("what? (.*) [a-z] \\d $x ^", "(.*) [A-Z] \\D $x ^", True),
            ("abc", ".*", False),
            ('it\'s "quoted"', "'S \"Q", True),
            ("nul \u0000 inside", "l \u0000 i", True),
        ],
    )
    async def test_titles_are_searched_to_the_letter_whatever_their_case(
        self, store: Store, title: str, wanted: str, found: bool
    ) -> None:
        await store.insert_session(a_session(title=title))
        assert (await titles(store, title_contains=wanted) == {title}) is found

    async def test_filter_by_the_time_of_making(self, store: Store) -> None:
        for number in range(3):
            made = a_session(title=f"{number}", created_at=at(number), updated_at=at(100))
            await store.insert_session(made)
        assert await titles(store, created_after=at(1)) == {"2"}
        assert await titles(store, created_after=at(1) - MS) == {"1", "2"}
        assert await titles(store, created_before=at(1)) == {"0"}
        assert await titles(store, created_before=at(1) + MS) == {"0", "1"}
        assert await titles(store, created_after=at(0), created_before=at(2)) == {"1"}

    async def test_filters_and_cursor_work_together(self, store: Store) -> None:
        for number in range(10):
            stage = "complete" if number % 2 else "error"
            await store.insert_session(a_session(id=f"sess_{number}", title=f"no {number}", stage=stage))
        found = await listed(store, status="complete", title_contains="NO", after=(NOON, "sess_7"), limit=2)
        assert [session.id for session in found] == ["sess_5", "sess_3"]
