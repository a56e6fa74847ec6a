"""Handing a recording in: files, what is refused, a lost connection, a reload, ends cut off."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.person import Person, person_at
from tests.browser.wire import wire_to
from tests.films import three_states
from tests.rest.pipeline import only_session
from tests.rest.service import Service, started

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return three_states(tmp_path_factory.mktemp("film") / "orders.webm")


@pytest.fixture(scope="module")
def long_film(film: Path) -> Path:
    """The same, with a tail that no player minds, so that an upload takes some packets."""
    path = film.with_name("long.webm")
    path.write_bytes(film.read_bytes() + b"\xec" + (0x10000000 | 3_000_000).to_bytes(4) + bytes(3_000_000))
    return path


async def write(page: Page, title: str = "Orders are wrong", address: str = "http://localhost:3000/") -> None:
    await page.get_by_label("Title").fill(title)
    await page.get_by_label("Address of the page").fill(address)
    await page.get_by_label("Notes").fill("Two are open, three are shown.")


async def test_a_file_is_looked_at_described_and_handed_in(person: Person, service: Service, film: Path) -> None:
    page, user = person.page, "usr_file"
    await person.comes(service.welcome(user), "#/record")
    await page.set_input_files("#file", film)
    await expect(page.get_by_label("Your recording")).to_be_visible()
    await expect(page.get_by_text("will be looked at")).to_be_visible()
    await write(page)
    await page.get_by_label("For").select_option("Codex")
    await page.get_by_text("More pages to look at").click()
    await page.get_by_label("Addresses, up to 4").fill("http://localhost:3000/a\nhttp://localhost:3000/b")
    await page.get_by_role("button", name="Make the prompt").click()
    await expect(page.get_by_role("region", name="Progress")).to_be_visible()
    [made] = (await service.get("/api/sessions", user=user)).json
    assert (made["title"], made["agentTarget"], made["notes"]) == (
        "Orders are wrong",
        "CODEX",
        "Two are open, three are shown.",
    )
    assert [url.rsplit("/", 1)[1] for url in made["urls"]] == ["", "a", "b"]
    stored = await service.stored(made["id"])
    assert stored.recording is not None
    assert stored.recording.size == film.stat().st_size


@pytest.mark.parametrize(("name", "words"), [("notes.txt", "is no WebM"), ("empty.webm", "is empty")])
async def test_what_is_no_recording_is_refused_before_it_travels(
    person: Person, service: Service, tmp_path: Path, name: str, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"" if "empty" in name else b"text")
    await person.comes(service.welcome("usr_kinds"), "#/record")
    await person.page.set_input_files("#file", path)
    await expect(person.page.get_by_role("alert")).to_contain_text(words)


async def test_what_the_server_refuses_is_said_at_the_field_and_can_be_mended(
    person: Person, service: Service, film: Path
) -> None:
    page, user = person.page, "usr_mend"
    await person.comes(service.welcome(user), "#/record")
    await page.set_input_files("#file", film)
    await write(page, address="ftp://localhost:3000/")
    await page.get_by_role("button", name="Make the prompt").click()
    address = page.get_by_label("Address of the page")
    await expect(address).to_have_attribute("aria-invalid", "true")
    await expect(address).to_be_focused()
    await expect(page.get_by_label("Title")).to_have_value("Orders are wrong")
    await address.fill("http://localhost:3000/")
    await page.get_by_role("button", name="Make the prompt").click()
    await expect(page.get_by_role("region", name="Progress")).to_be_visible()


async def test_a_reload_before_handing_in_costs_nothing(person: Person, service: Service, film: Path) -> None:
    page, user = person.page, "usr_reload"
    await page.goto(service.url)
    await page.get_by_role("button", name="Create an account").click()
    await page.get_by_label("Name").fill("Rosa")
    await page.get_by_label("E-mail").fill("rosa@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Create the account").click()
    await page.get_by_role("link", name="Record", exact=True).click()
    await page.set_input_files("#file", film)
    await write(page)
    await page.reload()
    await expect(page.get_by_text("It was kept in this browser")).to_be_visible()
    await expect(page.get_by_label("Title")).to_have_value("Orders are wrong")
    await expect(page.get_by_text("orders.webm")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await person.comes(service.welcome(user), "#/record")
    await expect(page.get_by_label("Title")).to_have_value("")  # it is Rosa's
    await person.goes("#/")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_label("E-mail").fill("rosa@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Sign in").click()
    await person.goes("#/record")
    await page.get_by_role("button", name="Make the prompt").click()
    await expect(page.get_by_role("region", name="Progress")).to_be_visible()
    await person.goes("#/record")
    await expect(page.get_by_role("button", name="Choose a tab and record")).to_be_visible()


async def test_a_connection_that_is_lost_makes_one_session_all_the_same(
    browser: Browser, tmp_path: Path, long_film: Path
) -> None:
    async with (
        started(tmp_path / "data", sync_wait=0.1) as service,
        wire_to(service.url) as wire,
        person_at(browser, wire.url) as person,
    ):
        page = person.page
        await person.comes(service.welcome("usr_ann"), "#/record")
        await page.set_input_files("#file", long_film)
        await write(page)
        wire.limit, wire.cutting = 1_000_000, True
        await page.get_by_role("button", name="Make the prompt").click()
        await expect(page.get_by_text("The connection was lost")).to_be_visible()
        wire.cutting = False
        await expect(page.get_by_role("region", name="Progress")).to_be_visible(timeout=60_000)
        assert wire.cuts > 0
        session = await only_session(service)
        assert session.recording is not None
        assert session.recording.size == long_film.stat().st_size
        keys = {r.headers["idempotency-key"] for r in person.requests if r.url.endswith("/api/recordings")}
        assert len(keys) == 1
        person.forgives("net::ERR_")


async def test_sending_can_be_stopped_and_begun_again(browser: Browser, service: Service, film: Path) -> None:
    async with person_at(browser, service.url) as person:
        page, user = person.page, "usr_stop"
        await person.comes(service.welcome(user), "#/record")
        await page.set_input_files("#file", film)
        await write(page)
        await page.route("**/api/recordings", lambda route: route.abort())
        await page.get_by_role("button", name="Make the prompt").click()
        await expect(page.get_by_text("Sending again in")).to_be_visible()
        await page.get_by_role("button", name="Stop sending").click()
        await expect(page.get_by_role("button", name="Make the prompt")).to_be_visible()
        assert (await service.get("/api/sessions", user=user)).json == []
        await page.unroute("**/api/recordings")
        await page.get_by_role("button", name="Make the prompt").click()
        await expect(page.get_by_role("region", name="Progress")).to_be_visible()
        person.forgives("net::ERR_FAILED")


async def test_no_tab_chosen_says_what_to_do(person: Person, service: Service) -> None:
    page = person.page
    await page.add_init_script(
        "navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    await person.comes(service.welcome("usr_none"), "#/record")
    await page.get_by_role("button", name="Choose a tab and record").click()
    await expect(page.get_by_role("alert")).to_contain_text("No tab was chosen")
    await expect(page.get_by_role("button", name="Choose a tab and record")).to_be_enabled()
