"""Settings, keys for models, tokens for programs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.person import Person, person_at
from tests.models.server import KEY, model_server
from tests.rest.service import Service, started

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """May call models on this machine."""
    folder: Path = tmp_path_factory.mktemp("page") / "data"
    async with started(folder, gateway={"aria_policy": "any"}) as running:
        yield running


async def test_each_change_is_stored_at_once(person: Person, service: Service) -> None:
    page = person.page
    await person.comes(service.welcome("usr_set"), "#/settings")
    await page.get_by_label("Agent").select_option("Cursor")
    await expect(page.get_by_text("Stored.")).to_be_visible()
    async with page.expect_response("**/api/settings"):
        await page.get_by_label("Longest recording").select_option("5 minutes")
    async with page.expect_response("**/api/settings"):
        await page.get_by_label("Raw differences").check()
    await page.reload()
    await expect(page.get_by_label("Agent")).to_have_value("CURSOR")
    await expect(page.get_by_label("Longest recording")).to_have_value("5")
    await expect(page.get_by_label("Raw differences")).to_be_checked()
    stored = (await service.get("/api/settings", user="usr_set")).json
    assert (stored["defaultAgent"], stored["maxRecordingLength"], stored["includeRawDiff"]) == ("CURSOR", 5, True)
    await person.goes("#/record")
    await expect(page.get_by_label("For")).to_have_value("CURSOR")
    await expect(page.get_by_text("Up to 5 minutes")).to_be_visible()


async def test_a_change_that_is_refused_goes_back(browser: Browser, service: Service) -> None:
    async with person_at(browser, service.url) as person:
        page = person.page
        await person.comes(service.welcome("usr_back"), "#/settings")
        await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
        await page.route("**/api/settings", lambda route: route.abort())
        await page.get_by_label("Raw differences").click()
        await expect(page.get_by_text("cannot be reached")).to_be_visible()
        await expect(page.get_by_label("Raw differences")).not_to_be_checked()
        person.forgives("net::ERR_FAILED")


async def test_a_key_is_checked_masked_switched_off_and_forgotten(person: Person, service: Service) -> None:
    page = person.page
    async with model_server() as model:
        await person.comes(service.welcome("usr_key"), "#/settings")
        await page.get_by_text("Add a key").click()
        await page.get_by_label("Provider").select_option("OpenAI or compatible")
        await page.get_by_label("Label").fill("Mine")
        await page.get_by_label("Key", exact=True).fill("a key that is not good")
        await page.get_by_label("Address").fill(model.base_url("openai"))
        model.script[:] = ["denied"]
        await page.get_by_role("button", name="Check and store").click()
        await expect(page.locator("details .error")).to_be_visible()
        await page.get_by_label("Key", exact=True).fill(KEY)
        await page.get_by_role("button", name="Check and store").click()
        await expect(page.get_by_text("key…0001")).to_be_visible()
        assert KEY not in await page.content()
        async with page.expect_response("**/api/credentials/*"):
            await page.get_by_label("Use Mine").click()
        await expect(page.get_by_label("Use Mine")).not_to_be_checked()
        [stored] = (await service.get("/api/credentials", user="usr_key")).json
        assert stored["isActive"] is False
        await page.get_by_role("button", name="Forget Mine").click()
        await page.get_by_role("button", name="Forget it").click()
        await expect(page.get_by_text("key…0001")).to_be_hidden()
        assert (await service.get("/api/credentials", user="usr_key")).json == []


async def test_a_token_works_until_it_is_taken_back(person: Person, service: Service) -> None:
    page = person.page
    await person.comes(service.welcome("usr_tok"), "#/settings")
    await page.get_by_text("Make a token").click()
    await page.get_by_label("What for").fill("CI")
    await page.get_by_role("button", name="Make it").click()
    token = await page.locator(".token").text_content()
    headers = {"Authorization": f"Bearer {token}"}
    assert (await service.get("/api/sessions", user=None, headers=headers)).status == 200
    await page.reload()
    await expect(page.get_by_text("CI", exact=True)).to_be_visible()
    assert (token or "?") not in await page.content()
    await page.get_by_role("button", name="Take CI back").click()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_text("CI", exact=True)).to_be_hidden()
    assert (await service.get("/api/sessions", user=None, headers=headers)).status == 401
