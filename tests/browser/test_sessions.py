"""The list of sessions, and a session that is in work."""

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from shared.model.transitions import LaneProgressed, LaneStarted
from tests.browser.person import Person, person_at
from tests.browser.seeds import failed, in_work, many, reviewed
from tests.contract.handlers import eventually
from tests.rest.pipeline import end_lanes, keep_frames
from tests.rest.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MANY = 5000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(service: Service) -> str:
    """A user with thousands of sessions."""
    await many(service, MANY, "usr_crowd")
    return "usr_crowd"


async def test_search_status_and_agent_are_asked_of_the_server(person: Person, service: Service) -> None:
    page, user = person.page, "usr_filter"
    await reviewed(service, user, title="Save does nothing")
    await failed(service, user, title="The total ignores the coupon")
    await person.comes(service.welcome(user))
    rows = page.get_by_role("list", name="Sessions").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await page.get_by_label("Status").select_option("Failed")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("coupon")
    await page.get_by_label("Status").select_option("Any")
    await expect(rows).to_have_count(2)
    await page.get_by_label("Search titles").fill("save")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Save does nothing")
    await page.get_by_label("Search titles").fill("nothing is called this")
    await expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    await page.get_by_label("Search titles").fill("")
    await expect(rows).to_have_count(2)
    await page.get_by_label("From").fill("2999-01-01")
    await expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    asked = " ".join(request.url for request in person.requests if "/api/sessions?" in request.url)
    assert [part in asked for part in ("status=error", "q=save", "createdAfter=2999")] == [True] * 3, asked


async def test_the_figures_are_the_servers(person: Person, service: Service) -> None:
    user = "usr_figures"
    await reviewed(service, user)
    await failed(service, user)
    await person.comes(service.welcome(user))
    stats = person.page.get_by_role("region", name="Statistics")
    await expect(stats).to_contain_text("2sessions")
    await expect(stats).to_contain_text("50 %")
    await service.post("/api/sessions", {"title": "of today"}, user=user)
    await person.page.reload()
    await person.comes(service.welcome(user))
    await expect(stats.get_by_role("img")).to_have_accessible_name("1 session in 30 days, at most 1 a day")


async def test_a_title_is_changed_in_place_and_escape_keeps_it(person: Person, service: Service) -> None:
    page, user = person.page, "usr_rename"
    session = await reviewed(service, user, title="Before")
    await person.comes(service.welcome(user))
    await page.get_by_role("button", name="Rename Before").click()
    await page.get_by_label("Title", exact=True).fill("Never")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Before")).to_be_visible()
    await page.get_by_role("button", name="Rename Before").click()
    await page.get_by_label("Title", exact=True).fill("After")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Rename After")).to_be_focused()

    async def renamed() -> bool:
        return (await service.stored(session.id)).title == "After"

    await eventually(renamed)


async def test_deleting_can_be_undone_and_is_done_after_a_while(person: Person, service: Service) -> None:
    page, user = person.page, "usr_delete"
    session = await reviewed(service, user, title="Beside the point")
    await person.comes(service.welcome(user))
    await page.clock.install()
    link = page.get_by_role("link", name="Beside the point")
    await page.get_by_role("button", name="Delete Beside the point").click()
    await expect(link).to_be_hidden()
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(link).to_be_visible()
    assert not (await service.stored(session.id)).deleted
    await page.get_by_role("button", name="Delete Beside the point").click()
    await page.clock.fast_forward(10_000)

    async def gone() -> bool:
        left = await service.ports.store.session(session.id)
        return left is None or left.deleted

    await eventually(gone)
    await page.reload()
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()


@pytest.mark.timeout(400)
async def test_thousands_come_as_one_scrolls(person: Person, service: Service, crowd: str) -> None:
    page = person.page
    await person.comes(service.welcome(crowd))
    rows = page.locator(".session")
    await expect(rows.first).to_be_visible()
    assert await rows.count() <= 100
    await page.evaluate(LEAPS.replace("document.body.scrollHeight", "6000"))
    short = await page.evaluate(LEAPS.replace("document.body.scrollHeight", "6000"))
    await page.evaluate(SCROLL, MANY)
    assert await rows.count() == MANY
    titles = await rows.locator("a.title").all_text_contents()
    assert titles == [f"Recording {number:04}" for number in range(MANY)]
    await page.evaluate(LEAPS)
    long = await page.evaluate(LEAPS)
    print(f"a frame takes {long:.1f} ms with {MANY} sessions, {short:.1f} ms with 100")
    assert long < 2 * short


# To the end and on, until all are there, or for two minutes.
SCROLL = """async count => {
  for (let n = 0; n < 2400 && document.querySelectorAll('.session').length < count; n++) {
    scrollTo(0, document.body.scrollHeight);
    await new Promise(done => setTimeout(done, 50));
  }
}"""
# Ms of a frame while one leaps through the list screen by screen: the median of 120 frames.
LEAPS = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const times = [];
  for (let n = 0; n < 120; n++) {
    const began = performance.now();
    scrollTo(0, (n * innerHeight) % document.body.scrollHeight);
    await frame();
    await frame();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[60];
}"""


async def test_a_session_in_work_is_seen_working(person: Person, service: Service) -> None:
    page, user = person.page, "usr_watch"
    session = await in_work(service, user, title="In work")
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    progress = page.get_by_role("region", name="Progress")
    await expect(progress).to_be_visible()
    commit = service.process.ledger.commit
    await commit(session.id, LaneStarted("frame_extraction"))
    await commit(session.id, LaneProgressed("frame_extraction", "3 s of video looked at"))
    await expect(progress).to_contain_text("3 s of video looked at")
    await keep_frames(service, session.id)
    await expect(progress).to_contain_text("3 frames kept")
    await end_lanes(service, session.id)
    await expect(page.get_by_role("heading", name="State 1 of 3")).to_be_visible()
    await expect(page.locator(".prompt")).to_contain_text("In work")


async def test_one_that_was_made_by_hand_is_not_said_to_be_in_work(person: Person, service: Service) -> None:
    page, user = person.page, "usr_hand"
    made = (await service.post("/api/sessions", {"title": "Noted down"}, user=user)).json
    await person.comes(service.welcome(user))
    await expect(page.locator(".session")).to_contain_text("By hand")
    await person.goes(f"#/sessions/{made['id']}")
    await expect(page.get_by_text("made by hand, without a recording")).to_be_visible()
    await expect(page.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    await expect(page.locator(".prompt")).to_contain_text("Noted down")


async def test_cancelling_really_cancels(person: Person, service: Service) -> None:
    page, user = person.page, "usr_cancel"
    session = await in_work(service, user, title="Not this one")
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await page.get_by_role("button", name="Cancel and delete").click()
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("region", name="Progress")).to_be_visible()
    await page.get_by_role("button", name="Cancel and delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel and delete").click()
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    left = await service.ports.store.session(session.id)
    assert left is None or left.deleted


async def test_deleting_in_the_session_shows_it_nowhere_and_undo_leads_back(
    person: Person, service: Service
) -> None:
    page, user = person.page, "usr_leave"
    session = await reviewed(service, user, title="Not needed")
    await reviewed(service, user, title="Another")
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_role("link", name="Another")).to_be_visible()
    await expect(page.get_by_role("link", name="Not needed")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name="Not needed")).to_be_visible()
    assert not (await service.stored(session.id)).deleted


async def test_a_delete_that_the_server_refuses_is_said_and_leads_nowhere(person: Person, service: Service) -> None:
    page, user = person.page, "usr_stays"
    session = await reviewed(service, user, title="It stays")
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await expect(page.get_by_role("heading", name="It stays")).to_be_visible()
    await page.route("**/api/sessions/sess_*", lambda route: route.fulfill(status=503, json={"message": "Busy."}))
    await page.clock.install()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await page.clock.fast_forward(10_000)
    await expect(page.get_by_text("Busy.")).to_be_visible()
    await expect(page.get_by_role("link", name="It stays")).to_be_visible()


async def test_a_failed_one_says_why_and_what_to_do(person: Person, service: Service) -> None:
    page, user = person.page, "usr_failed"
    session = await failed(service, user)
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await expect(page.get_by_role("alert")).to_contain_text("only sound")
    await expect(page.get_by_role("link", name="Record again")).to_be_visible()


async def test_the_list_follows_what_is_in_work(person: Person, service: Service) -> None:
    page, user = person.page, "usr_list"
    session = await in_work(service, user)
    await person.comes(service.welcome(user))
    row = page.locator(".session")
    await expect(row).to_contain_text("Looking at the video")
    await keep_frames(service, session.id)
    await end_lanes(service, session.id)
    await expect(row).to_contain_text("Done")


async def test_a_server_that_is_gone_is_said_and_tried_again(browser: Browser, service: Service) -> None:
    async with person_at(browser, service.url) as person:
        page = person.page
        await person.comes(service.welcome("usr_gone"), "#/settings")
        await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
        await page.route("**/api/sessions?**", lambda route: route.abort())
        await person.goes("#/")
        await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        await page.unroute("**/api/sessions?**")
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
        person.forgives("net::ERR_FAILED")
