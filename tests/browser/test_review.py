"""Reviewing what was seen, and the prompt that follows from it."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from shared.model.session import Session
from tests.browser.person import Person, person_at
from tests.browser.seeds import HOSTILE, hostile, reviewed
from tests.contract.handlers import eventually
from tests.rest.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def session(person: Person, service: Service) -> AsyncIterator[Session]:
    """A complete one that the person has before them."""
    made = await reviewed(service, title="Save does nothing")
    await person.comes(service.welcome("usr_ann"), f"#/sessions/{made.id}")
    await expect(person.page.get_by_role("heading", name="State 1 of 3")).to_be_visible()
    yield made


def shots(page: Page) -> Locator:
    return page.get_by_role("list", name="States in time order").get_by_role("button")


async def test_the_film_strip_says_when_and_what_changed(person: Person, session: Session) -> None:
    strip = shots(person.page)
    await expect(strip).to_have_count(3)
    await expect(strip.nth(1)).to_contain_text("00:01.200")
    await expect(strip.nth(1)).to_contain_text("+1")
    await expect(strip.nth(2)).to_contain_text("−1")


async def test_arrow_keys_go_through_the_states(person: Person, session: Session) -> None:
    page = person.page
    await shots(page).first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", name="State 2 of 3")).to_be_visible()
    await page.keyboard.press("End")
    await expect(page.get_by_role("heading", name="State 3 of 3")).to_be_visible()
    await page.keyboard.press("Home")
    await expect(page.get_by_role("heading", name="State 1 of 3")).to_be_visible()


async def test_pointing_at_an_element_shows_role_name_and_locator(person: Person, session: Session) -> None:
    page = person.page
    picture = await page.locator(".picture").bounding_box()
    assert picture is not None
    # tests.rest.pipeline puts the field's box at (0.1, 0.1), 0.2 wide and 0.05 high
    x, y = picture["x"] + 0.15 * picture["width"], picture["y"] + 0.12 * picture["height"]
    await page.mouse.move(x, y)
    tip = page.locator(".tip")
    await expect(tip).to_contain_text("textbox")
    await expect(tip).to_contain_text("Name")
    await expect(tip).to_contain_text("getByLabel('Name')")
    await expect(page.locator(".node.marked")).to_contain_text("textbox")


async def test_the_tree_marks_the_element_in_the_frame(person: Person, session: Session) -> None:
    page = person.page
    await page.locator(".node", has_text="textbox").first.hover()
    box = await page.locator(".box.marked").bounding_box()
    picture = await page.locator(".picture").bounding_box()
    assert box is not None
    assert picture is not None
    assert (box["x"] - picture["x"]) / picture["width"] == pytest.approx(0.1, abs=0.01)


async def test_what_was_added_changed_and_removed_is_said(person: Person, session: Session) -> None:
    page = person.page
    await shots(page).nth(1).click()
    await expect(page.locator(".node.added")).to_contain_text("Name is required")
    await expect(page.locator(".node.changed")).to_contain_text("Save")
    await shots(page).nth(2).click()
    await expect(page.locator(".node.removed")).to_contain_text("All changes are saved")
    await expect(page.locator(".node:visible", has_text="textbox")).to_have_count(0)
    await page.get_by_label("Only changes").uncheck()
    await expect(page.locator(".node:visible", has_text="textbox")).to_have_count(1)


async def test_before_and_after_slide_over_each_other(person: Person, session: Session) -> None:
    page = person.page
    await expect(page.get_by_label("Before / after")).to_be_disabled()
    await shots(page).nth(1).click()
    await page.get_by_label("Before / after").check()
    slider = page.get_by_role("slider")
    await slider.fill("25")
    past = page.locator("img.past")
    await expect(past).to_be_visible()
    assert "75%" in await past.evaluate("image => image.style.clipPath")
    sizes = await page.evaluate("[...document.querySelectorAll('.picture img')].map(i => i.naturalWidth)")
    assert sizes == [1280, 1280]


async def test_a_state_that_is_taken_out_comes_back_by_undo(
    person: Person, service: Service, session: Session
) -> None:
    page = person.page
    await shots(page).nth(1).click()
    await page.get_by_role("button", name="Take this state out").click()
    await expect(page.get_by_role("heading", name="State 2 of 2")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name="State 2 of 3")).to_be_visible()
    assert len((await service.stored(session.id)).frames) == 3


async def test_a_state_that_is_taken_out_is_gone_and_the_prompt_follows(
    person: Person, service: Service, session: Session
) -> None:
    page = person.page
    prompt = page.locator(".prompt")
    await expect(prompt).to_contain_text("S2  00:01.200")
    await page.clock.install()
    await shots(page).nth(1).click()
    await page.get_by_role("button", name="Take this state out").click()
    await page.clock.fast_forward(10_000)

    async def gone() -> bool:
        return len((await service.stored(session.id)).frames) == 2

    await eventually(gone)
    await expect(prompt).not_to_contain_text("S2  00:01.200")
    strip = shots(page)
    await expect(strip).to_have_count(2)
    await expect(strip.nth(1)).to_contain_text("+1")  # counted anew, against the first state


async def test_of_two_that_are_taken_out_one_comes_back(person: Person, service: Service, session: Session) -> None:
    page = person.page
    await page.clock.install()
    await shots(page).nth(2).click()
    await page.get_by_role("button", name="Take this state out").click()
    await shots(page).nth(0).click()
    await page.get_by_role("button", name="Take this state out").click()
    await expect(shots(page)).to_have_count(1)
    await page.get_by_role("button", name="Undo").first.click()
    await expect(shots(page)).to_have_count(2)
    await page.clock.fast_forward(10_000)

    async def one_is_gone() -> bool:
        return len((await service.stored(session.id)).frames) == 2

    await eventually(one_is_gone)
    await expect(shots(page)).to_have_count(2)
    await expect(shots(page).nth(1)).to_contain_text("00:03.401")


async def test_what_only_looks_like_a_picture_is_shown_as_text(person: Person, service: Service) -> None:
    notes = "![x](data:image/png;base64,%%%) is what I see"
    session = await reviewed(service, notes=notes)
    await person.comes(service.welcome("usr_ann"), f"#/sessions/{session.id}")
    await expect(person.page.locator(".prompt")).to_contain_text("is what I see")
    await expect(person.page.get_by_role("button", name="Copy", exact=True)).to_be_enabled()


async def test_leaving_the_page_does_what_was_decided(person: Person, service: Service, session: Session) -> None:
    page = person.page
    await page.get_by_role("button", name="Take this state out").click()
    await page.goto("about:blank")

    async def gone() -> bool:
        return len((await service.stored(session.id)).frames) == 2

    await eventually(gone)


async def test_four_agents_get_four_prompts(person: Person, service: Service, session: Session) -> None:
    page = person.page
    seen = set()
    for name, target in (("Codex", "CODEX"), ("Cursor", "CURSOR"), ("Raw", "RAW"), ("Claude Code", "CLAUDE_CODE")):
        await page.get_by_role("tab", name=name).click()
        await expect(page.locator(".prompt")).not_to_have_attribute("aria-busy", "true")
        shown = await page.locator(".prompt").text_content()
        assert shown is not None
        place = f"/api/sessions/{session.id}/prompt?agentTarget={target}"
        served = (await service.get(place)).body.decode()
        assert _without_pictures(served) == _without_pictures(shown)
        seen.add(shown)
    assert len(seen) == 4


async def test_the_switches_change_the_prompt_and_its_count_at_once(person: Person, session: Session) -> None:
    page = person.page
    panel = page.get_by_role("region", name="Prompt")
    await expect(panel.locator("output")).to_contain_text("tokens")
    with_tree = await panel.locator("output").text_content()
    before = await page.locator(".prompt").text_content()
    await panel.get_by_label("Accessibility tree").click()
    await expect(panel.locator("output")).not_to_have_text(with_tree or "")
    assert await page.locator(".prompt").text_content() != before
    await expect(page.locator(".prompt img")).not_to_have_count(0)
    await panel.get_by_label("Screenshots").click()
    await expect(page.locator(".prompt img")).to_have_count(0)
    await panel.get_by_text("The same by the API").click()
    await expect(panel.locator("details code")).to_contain_text("includeScreenshots=false")
    await expect(panel.locator("pre")).to_contain_text("inlineAriaTree=false")


async def test_a_prompt_that_does_not_come_is_asked_for_again(browser: Browser, service: Service) -> None:
    made = await reviewed(service, title="Later")
    async with person_at(browser, service.url) as person:
        page = person.page
        await page.route("**/api/settings", lambda route: route.abort())
        await person.comes(service.welcome("usr_ann"), f"#/sessions/{made.id}")
        panel = page.get_by_role("region", name="Prompt")
        await expect(panel.get_by_role("alert")).to_contain_text("cannot be reached")
        await expect(panel.get_by_role("button", name="Copy", exact=True)).to_be_disabled()
        await page.unroute("**/api/settings")
        await page.route("**/prompt?*", lambda route: route.abort())
        await panel.get_by_role("button", name="Try again").click()
        await expect(panel.get_by_role("switch")).to_have_count(3)
        await expect(panel.get_by_role("alert")).to_contain_text("cannot be reached")
        await page.unroute("**/prompt?*")
        await panel.get_by_role("button", name="Try again").click()
        await expect(page.locator(".prompt")).to_contain_text("# Later")
        person.forgives("net::ERR_FAILED")


async def test_copied_and_downloaded_are_what_the_api_gives(
    person: Person, service: Service, session: Session
) -> None:
    page = person.page
    await person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    served = (await service.get(f"/api/sessions/{session.id}/prompt?agentTarget=CLAUDE_CODE")).body.decode()
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.get_by_text("The prompt is on the clipboard")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == served
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Download").click()
    download = await waiting.value
    assert download.suggested_filename == "save-does-nothing-claude-code.md"
    assert (await download.path()).read_text() == served


async def test_a_prompt_that_is_kept_is_the_sessions(person: Person, service: Service, session: Session) -> None:
    page = person.page
    await page.get_by_role("tab", name="Cursor").click()
    await page.get_by_role("button", name="Keep for this session").click()
    await expect(page.get_by_text("Kept: whoever reads")).to_be_visible()
    assert (await service.get(f"/api/sessions/{session.id}")).json["agentTarget"] == "CURSOR"


async def test_what_the_live_page_said(person: Person, session: Session) -> None:
    page = person.page
    await page.get_by_role("tab", name="Live page").click()
    panel = page.get_by_role("tabpanel", name="Live page")
    await expect(panel).to_contain_text("buttons")
    await expect(panel).to_contain_text("It could not be opened: it answered 500")


async def test_text_of_people_and_pages_is_never_markup(person: Person, service: Service) -> None:
    page = person.page
    session = await hostile(service)
    await person.comes(service.welcome("usr_ann"))
    await expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
    await person.goes(f"#/sessions/{session.id}")
    await expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    await page.get_by_role("tab", name="Live page").click()
    await expect(page.locator("article").first).to_contain_text(HOSTILE)
    assert await page.locator("article a").count() == 0  # javascript: is no address to go to
    await page.get_by_role("tab", name="Elements").click()
    await expect(page.locator(".node").first).to_contain_text(HOSTILE)
    await expect(page.locator(".prompt")).to_contain_text("onerror")
    assert await page.locator("img[src='x'], img[onerror]").count() == 0
    assert re.match(r"[123]$", await page.title()) is None
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_text(f"“{HOSTILE}” was deleted.")).to_be_visible()


def _without_pictures(text: str) -> str:
    return re.sub(r"!\[[^\]]*\]\(data:[^)]*\)", "", text).strip()
