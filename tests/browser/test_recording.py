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


@pytest_asyncio.fixture(loop_scope="module")
async def tab(person: Person, service: Service) -> AsyncIterator[Page]:
    """The tab that is being recorded."""
    async with page_at(SHOP) as shop:
        await person.comes(service.token("usr_rec"), "#/record")
        tab = await person.context.new_page()
        await tab.goto(shop)
        yield tab


async def begins(page: Page) -> None:
    await page.bring_to_front()
    await page.get_by_role("button", name="Choose a tab and record").click()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await expect(page).to_have_title("● Recording · Claude Scope")


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
    await person.comes(service.token("usr_rec"), "#/record")
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
