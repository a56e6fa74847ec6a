"""How a recording of a tab ends: by the person, by the limit, with the sharing, by a reload in the middle."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.person import Person
from tests.e2e.server import page_at
from tests.rest.service import Service

SHOP = Path(__file__).parents[2] / "samples" / "shop"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


COUNTED = """() => {
  const media = navigator.mediaDevices;
  const ask = media.getDisplayMedia.bind(media);
  window.asked = 0;
  media.getDisplayMedia = options => { window.asked++; return ask(options); };
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def tab(person: Person, service: Service) -> AsyncIterator[Page]:
    """The tab that is being recorded."""
    async with page_at(SHOP) as shop:
        await person.comes(service.welcome("usr_rec"), "#/record")
        tab = await person.context.new_page()
        await tab.goto(shop)
        yield tab


async def begins(page: Page) -> None:
    await page.bring_to_front()
    await page.get_by_role("button", name="Choose a tab and record").click()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await expect(page).to_have_title("● Recording · Claude Scope")


async def test_two_clicks_are_one_recording_and_files_wait_until_it_ends(person: Person, tab: Page) -> None:
    page = person.page
    await page.bring_to_front()
    await page.evaluate(COUNTED)
    await page.get_by_role("button", name="Choose a tab and record").dblclick()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    drop = """() => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'other.webm'));
      document.querySelector('.stage').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
    }"""
    await page.evaluate(drop)
    await page.wait_for_timeout(2200)
    assert await page.evaluate("window.asked") == 1
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text("will be looked at")).to_be_visible()
    await page.evaluate(drop.replace("other.webm", "notes.txt"))
    await expect(page.get_by_text("is no WebM")).to_be_visible()
    await expect(page.get_by_label("Your recording")).to_be_visible()


async def test_another_tab_leaves_the_recording_alone(person: Person, tab: Page, service: Service) -> None:
    page = person.page
    await begins(page)
    await page.wait_for_timeout(2500)
    other = await person.context.new_page()
    await other.goto(f"{service.url}/#/record")
    await expect(other.get_by_role("button", name="Choose a tab and record")).to_be_visible()
    await other.close()
    await page.bring_to_front()
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text("will be looked at")).to_be_visible()


async def test_it_ends_with_the_sharing(person: Person, tab: Page) -> None:
    page = person.page
    await begins(page)
    await page.wait_for_timeout(2200)
    await tab.close()
    await expect(page.get_by_text("It stopped because the sharing ended.")).to_be_visible()
    await expect(page.get_by_text("will be looked at")).to_be_visible()


async def test_it_ends_by_itself_at_the_longest_that_the_account_allows(
    person: Person, tab: Page, service: Service
) -> None:
    page = person.page
    await service.patch("/api/settings", {"maxRecordingLength": 5}, user="usr_rec")
    await page.clock.install()
    await page.reload()
    await person.comes(service.welcome("usr_rec"), "#/record")
    await expect(page.get_by_text("Up to 5 minutes")).to_be_visible()
    await begins(page)
    await page.wait_for_timeout(2200)
    await page.clock.fast_forward(5 * 60_000)
    await expect(page.get_by_text("It stopped at the longest recording")).to_be_visible()


async def test_a_reload_in_the_middle_keeps_what_was_recorded(person: Person, tab: Page, service: Service) -> None:
    page = person.page
    await begins(page)
    await tab.bring_to_front()
    await tab.get_by_label("Coupon code").fill("SPRING20")
    await tab.wait_for_timeout(3500)
    await page.bring_to_front()
    await page.reload()
    await expect(page.get_by_text("It was kept in this browser")).to_be_visible()
    await expect(page.get_by_text("will be looked at")).to_be_visible()
    await page.get_by_label("Title").fill("Cut short")
    await page.get_by_label("Address of the page").fill("http://localhost:3000/")
    await page.get_by_role("button", name="Make the prompt").click()
    await expect(page.get_by_role("region", name="Progress")).to_be_visible()


async def test_leaving_the_view_ends_the_sharing_and_keeps_it(person: Person, tab: Page) -> None:
    page = person.page
    await begins(page)
    await page.wait_for_timeout(2500)
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await page.get_by_role("link", name="Record", exact=True).click()
    await expect(page.get_by_text("It was kept in this browser")).to_be_visible()
