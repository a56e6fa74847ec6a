"""From a tab that is recorded in the page to the prompt on the clipboard, everything real."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from services.gateway.identity.tokens import WELCOME
from tests.browser.person import Person, person_at
from tests.browser.pictures import keep
from tests.e2e.server import Server, page_at, serving

SHOP = Path(__file__).parents[2] / "samples" / "shop"
READY_MS = 120_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with serving(tmp_path_factory.mktemp("up") / "data", deployment="all-in-one") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def person(browser: Browser, server: Server) -> AsyncIterator[Person]:
    async with person_at(browser, server.url) as somebody:
        yield somebody


async def recorded(person: Person, shop: str) -> None:
    """A tab in which a coupon is put in, recorded from the page that is open in front of the person."""
    page = person.page
    tab = await person.context.new_page()
    await tab.goto(shop)
    await page.bring_to_front()
    await page.get_by_role("button", name="Choose a tab and record").click()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await tab.bring_to_front()
    await tab.wait_for_timeout(1500)
    await tab.get_by_label("Coupon code").press_sequentially("SPRING20", delay=60)
    await tab.wait_for_timeout(1200)
    await tab.get_by_role("button", name="Apply").click()
    await tab.wait_for_timeout(2500)
    await page.bring_to_front()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_label("Your recording")).to_be_visible()
    await expect(page.get_by_text("will be looked at")).to_be_visible()
    await tab.close()


async def test_from_a_tab_to_the_prompt_on_the_clipboard(person: Person, server: Server) -> None:
    page = person.page
    await person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    async with page_at(SHOP) as shop:
        await _signed_up(page, person.url)
        await page.get_by_role("link", name="Record a tab").click()
        await recorded(person, shop)
        await page.reload()  # between the stop and the upload
        await expect(page.get_by_text("It was kept in this browser")).to_be_visible()
        await page.get_by_label("Title").fill("The total ignores the coupon")
        await page.get_by_label("Address of the page").fill(shop)
        await page.get_by_label("Notes").fill("20 % off, says the page. I expect the total to be less by that.")
        await keep(page, "preview")
        await page.get_by_role("button", name="Make the prompt").click()
        progress = page.get_by_role("region", name="Progress")
        await expect(progress).to_be_visible()
        await expect(progress).to_contain_text("frames kept", timeout=READY_MS)
        await keep(page, "watching")
        await expect(page.get_by_role("heading", name="Prompt")).to_be_visible(timeout=READY_MS)
    strip = page.get_by_role("list", name="States in time order").get_by_role("button")
    assert await strip.count() >= 3
    prompt = page.locator(".prompt")
    await expect(prompt).to_contain_text("SPRING20")
    await expect(prompt).to_contain_text("getByRole('button', { name: 'Apply' })")
    await expect(prompt).to_contain_text("I expect the total to be less by that.")
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.get_by_text("The prompt is on the clipboard")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("# The total ignores the coupon")
    await page.get_by_role("button", name="Close this message").click()
    await strip.last.click()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await keep(page, f"review-{scheme}", whole=True)
    await page.set_viewport_size({"width": 390, "height": 844})
    await keep(page, "review-phone", whole=True)


async def test_what_is_cut_off_is_not_looked_at(person: Person, server: Server) -> None:
    page = person.page
    async with page_at(SHOP) as shop:
        await person.comes(server.issuer.mint("usr_trim", 3600, token_id=WELCOME), "#/record")
        await recorded(person, shop)
        end = page.get_by_label("End at")
        await end.fill("1500")  # before anything was typed
        await expect(page.get_by_text("00:00.000 to 00:01.500 will be looked at")).to_be_visible()
        await page.get_by_label("Title").fill("Only the beginning")
        await page.get_by_label("Address of the page").fill(shop)
        await page.get_by_role("button", name="Make the prompt").click()
        await expect(page.get_by_role("heading", name="Prompt")).to_be_visible(timeout=READY_MS)
    [session] = (await server.call("GET", "/api/sessions", user="usr_trim")).json
    whole = (await server.call("GET", f"/api/sessions/{session['id']}", user="usr_trim")).json
    assert whole["frames"]
    assert all(frame["timestamp"] <= 1500 for frame in whole["frames"])
    await expect(page.locator(".prompt")).not_to_contain_text("SPRING20")


async def test_a_recording_that_is_cancelled_leaves_nothing(person: Person, server: Server) -> None:
    page = person.page
    async with page_at(SHOP) as shop:
        await person.comes(server.issuer.mint("usr_gone", 3600, token_id=WELCOME), "#/record")
        await page.set_input_files("#file", SHOP.parent / "shop.webm")
        await page.get_by_label("Title").fill("Never mind")
        await page.get_by_label("Address of the page").fill(shop)
        await page.get_by_role("button", name="Make the prompt").click()
        await page.get_by_role("button", name="Cancel and delete").click()
        await page.get_by_role("dialog").get_by_role("button", name="Cancel and delete").click()
        await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    session_id = next(r.url for r in person.requests if r.url.endswith("/events")).split("/")[-2]
    assert (await server.call("GET", f"/api/sessions/{session_id}", user="usr_gone")).status == 404


async def _signed_up(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_role("button", name="Create an account").click()
    await page.get_by_label("Name").fill("Nora")
    await page.get_by_label("E-mail").fill("nora@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Create the account").click()
