"""Who is in front of the page: signing up, in and out, tokens that run out, somebody else at the same browser."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
import pytest
from playwright.async_api import Browser, Page, Request, Route, expect

from tests.browser.person import Person, person_at
from tests.browser.seeds import reviewed
from tests.rest.oidc import OpenId, openid
from tests.rest.service import Service, started

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def sign_up(page: Page, name: str, email: str, password: str = "correct horse") -> None:
    await page.get_by_role("button", name="Create an account").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Create the account").click()


async def sign_in(page: Page, email: str, password: str = "correct horse") -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_from_no_account_to_an_empty_list_and_what_to_do_next(person: Person) -> None:
    page = person.page
    await page.goto(person.url)
    await sign_up(page, "Nora", "nora@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await expect(page.get_by_role("link", name="Record a tab")).to_be_visible()
    assert await _token_life(person.requests) == 900
    await page.reload()
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    assert await _token_life(person.requests) == 900
    kept = await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]


async def test_what_is_wrong_is_said_at_the_field(person: Person) -> None:
    page = person.page
    await page.goto(person.url)
    await sign_in(page, "nobody@example.com", "wrong password")
    await expect(page.get_by_role("alert")).to_contain_text("password")
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await sign_up(page, "Twice", "twice@example.com")
    await page.get_by_role("button", name="Sign out").click()
    await sign_up(page, "Twice", "twice@example.com")
    await expect(page.locator(".error")).to_contain_text("account")


async def test_signing_out_ends_it_for_every_tab_and_after_a_reload(person: Person) -> None:
    page = person.page
    await page.goto(person.url)
    await sign_up(page, "Otto", "otto@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await sign_in(page, "otto@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()


async def test_a_second_person_sees_nothing_of_the_first(person: Person, service: Service) -> None:
    session = await reviewed(service, "usr_first", title="Only mine")
    page = person.page
    await person.comes(service.welcome("usr_first"))
    await page.get_by_role("link", name="Only mine").click()
    await expect(page.get_by_role("heading", name="Only mine")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await person.comes(service.welcome("usr_second"))
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await person.goes(f"#/sessions/{session.id}")
    await expect(page.get_by_role("heading", name="It is not here")).to_be_visible()


async def test_no_link_signs_anybody_in_as_whoever_made_it(person: Person, service: Service) -> None:
    await person.page.goto(f"{service.url}/#/welcome/{service.token('usr_mallory')}")
    await expect(person.page.get_by_text("The link from the terminal is no longer good")).to_be_visible()
    await expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_who_signs_in_in_another_tab_does_not_get_what_is_done_in_this_one(
    person: Person, service: Service
) -> None:
    page = person.page
    await page.goto(service.url)
    await sign_up(page, "Ines", "ines@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    other = await person.context.new_page()
    await other.goto(f"{service.url}/#/welcome/{service.welcome('usr_jon')}")
    await expect(other.get_by_role("link", name="Settings")).to_be_visible()
    await page.route("**/api/settings", _without_token_once())
    await person.goes("#/settings")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_signing_out_is_for_all_tabs(person: Person, service: Service) -> None:
    page = person.page
    await page.goto(service.url)
    await sign_up(page, "Lea", "lea@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    other = await person.context.new_page()
    await other.goto(service.url)
    await other.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_server_that_is_busy_signs_nobody_out(person: Person, service: Service) -> None:
    page = person.page
    await page.goto(service.url)
    await sign_up(page, "Kim", "kim@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await page.route("**/api/auth/refresh", lambda route: route.fulfill(status=503, json={"message": "Busy."}))
    await page.route("**/api/settings", _without_token_once())
    await person.goes("#/settings")
    await expect(page.get_by_role("alert")).to_contain_text("Busy.")
    await page.unroute("**/api/auth/refresh")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()


async def test_the_address_that_opens_the_page_does_not_stay_in_it(person: Person, service: Service) -> None:
    token = service.welcome("usr_guest")
    await person.comes(token)
    assert token not in person.page.url
    assert token not in await person.page.evaluate("JSON.stringify(history.state) + location.href")
    assert all(token not in request.url for request in person.requests)


async def test_a_token_that_ran_out_is_renewed_unseen(browser: Browser, tmp_path: Path) -> None:
    async with (
        started(tmp_path / "data", gateway={"page_token_ttl": 1.0}) as service,
        person_at(browser, service.url) as person,
    ):
        page = person.page
        await page.goto(service.url)
        await sign_up(page, "Tim", "tim@example.com")
        await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
        renewals = [r for r in person.requests if r.url.endswith("/api/auth/refresh")]
        # The gateway allows clocks to differ by half a minute, so the token is made older instead of waited for.
        await page.route("**/api/settings", _without_token_once())
        await person.goes("#/settings")
        await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
        assert len([r for r in person.requests if r.url.endswith("/api/auth/refresh")]) == len(renewals) + 1


async def test_when_it_cannot_be_renewed_one_signs_in_and_is_where_one_was(
    person: Person, service: Service
) -> None:
    page = person.page
    await page.goto(service.url)
    await sign_up(page, "Uma", "uma@example.com")
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await person.context.clear_cookies()
    await page.route("**/api/settings", _without_token_once())
    await person.goes("#/settings")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await sign_in(page, "uma@example.com")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()


@asynccontextmanager
async def signed_in_elsewhere(browser: Browser, data: Path) -> AsyncIterator[tuple[Person, Service, OpenId]]:
    """A person who came in by an external issuer, and looks at the settings."""
    async with (
        openid() as provider,
        started(data, gateway=provider.settings()) as service,
        person_at(browser, service.url) as person,
    ):
        await person.page.goto(f"{service.url}/#/settings")
        await person.page.get_by_role("button", name="Sign in there").click()
        await expect(person.page.get_by_role("heading", name="Settings")).to_be_visible()
        yield person, service, provider
        person.requests.clear()  # the provider is somebody else


async def test_an_external_issuer_by_code_and_pkce(browser: Browser, tmp_path: Path) -> None:
    async with signed_in_elsewhere(browser, tmp_path / "data") as (person, _, provider):
        page = person.page
        await expect(page.get_by_text("ann@example.com")).to_be_visible()
        assert "code=" not in page.url
        assert await page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        await page.reload()
        await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
        there = [r.url for r in person.requests if r.url.startswith(provider.url)]
        assert len(there) == 1


async def test_two_tabs_that_load_at_once_stay_signed_in(browser: Browser, tmp_path: Path) -> None:
    """The provider takes each refresh token once, and both tabs have the same one."""
    async with signed_in_elsewhere(browser, tmp_path / "data") as (person, service, _):
        page = person.page
        other = await person.context.new_page()
        await other.goto(f"{service.url}/#/settings")
        for _ in range(5):
            await asyncio.gather(page.reload(), other.reload())
            for each in (page, other):
                await expect(each.get_by_role("heading", name="Settings")).to_be_visible()


async def test_a_code_that_was_not_asked_for_here_signs_nobody_in(browser: Browser, tmp_path: Path) -> None:
    async with (
        openid() as provider,
        started(tmp_path / "data", gateway=provider.settings()) as service,
        person_at(browser, service.url) as person,
    ):
        await person.page.goto(f"{service.url}/?code=stolen&state=foreign")
        await expect(person.page.get_by_text("was not begun in this tab")).to_be_visible()
        await expect(person.page.get_by_role("button", name="Sign in there")).to_be_visible()


async def _token_life(requests: list[Request]) -> int:
    """Seconds for which the token is good that the page has last used."""
    used = [(await each.all_headers()).get("authorization", "") for each in requests if "/api/" in each.url]
    claims = jwt.decode(next(filter(None, reversed(used))).split()[1], options={"verify_signature": False})
    return int(claims["exp"] - claims["iat"])


def _without_token_once() -> Callable[[Route], Awaitable[None]]:
    done: list[bool] = []

    async def handle(route: Route) -> None:
        headers = dict(route.request.headers)
        if not done:
            done.append(True)
            headers["authorization"] = "Bearer run.out.token"
        await route.continue_(headers=headers)

    return handle
