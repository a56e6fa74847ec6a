"""Every view, light and dark, on a desk and on a phone: accessible, small, asking nobody else."""

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from shared.model.transitions import LaneStarted
from tests.browser.person import VIEWPORT, Person, person_at
from tests.browser.pictures import keep
from tests.browser.seeds import failed, in_work, reviewed
from tests.rest.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

View = Callable[[Person, Service, str], Awaitable[None]]
FIRST_VIEW_BYTES = 150_000
PHONE = {"width": 320, "height": 640}  # what https://www.w3.org/TR/WCAG22/#reflow asks for
LOOKS = [("light", VIEWPORT), ("dark", VIEWPORT), ("light", PHONE)]


async def sign_in(person: Person, service: Service, user: str) -> None:
    await person.page.goto(service.url)
    await expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def sign_up(person: Person, service: Service, user: str) -> None:
    await sign_in(person, service, user)
    await person.page.get_by_role("button", name="Create an account").click()
    await person.page.get_by_role("button", name="Create the account").click()


async def no_sessions(person: Person, service: Service, user: str) -> None:
    await person.comes(service.welcome(user))
    await expect(person.page.get_by_role("heading", name="No recordings yet")).to_be_visible()


async def sessions(person: Person, service: Service, user: str) -> None:
    await reviewed(service, user, title="Save does nothing")
    await failed(service, user, title="The total ignores the coupon")
    await in_work(service, user, title="Menu opens behind the dialog")
    await person.comes(service.welcome(user))
    await expect(person.page.get_by_role("listitem").filter(has_text="Done")).to_have_count(1)


async def record(person: Person, service: Service, user: str) -> None:
    await person.comes(service.welcome(user), "#/record")
    await expect(person.page.get_by_role("heading", name="Record a tab")).to_be_visible()


async def watching(person: Person, service: Service, user: str) -> None:
    session = await in_work(service, user)
    await service.process.ledger.commit(session.id, LaneStarted("frame_extraction"))
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await expect(person.page.get_by_role("region", name="Progress")).to_contain_text("in work")


async def error(person: Person, service: Service, user: str) -> None:
    session = await failed(service, user)
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await expect(person.page.get_by_role("alert")).to_be_visible()


async def review(person: Person, service: Service, user: str) -> None:
    session = await reviewed(service, user, notes="I press Save and nothing happens.")
    await person.comes(service.welcome(user), f"#/sessions/{session.id}")
    await person.page.get_by_role("list", name="States in time order").get_by_role("button").nth(1).click()
    await person.page.get_by_role("checkbox", name="Elements").check()
    await expect(person.page.locator(".prompt")).to_contain_text("Save does nothing")


async def live_page(person: Person, service: Service, user: str) -> None:
    await review(person, service, user)
    await person.page.get_by_role("tab", name="Live page").click()


async def compared(person: Person, service: Service, user: str) -> None:
    await review(person, service, user)
    await person.page.get_by_label("Before / after").check()


async def settings(person: Person, service: Service, user: str) -> None:
    await person.comes(service.welcome(user), "#/settings")
    for summary in ("Add a key", "Make a token"):
        await person.page.get_by_text(summary).click()


async def question(person: Person, service: Service, user: str) -> None:
    await watching(person, service, user)
    await person.page.get_by_role("button", name="Cancel and delete").click()


async def nothing_here(person: Person, service: Service, user: str) -> None:
    await person.comes(service.welcome(user), "#/nowhere")
    await expect(person.page.get_by_role("heading", name="There is nothing here")).to_be_visible()


VIEWS = [sign_in, sign_up, no_sessions, sessions, record, watching, error, review, live_page, compared, settings]
VIEWS += [question, nothing_here]


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
async def test_axe_finds_nothing(browser: Browser, service: Service, view: View) -> None:
    for number, (scheme, size) in enumerate(LOOKS):
        # A strict policy lets nobody put a script in, the examiner neither; it looks at the same elements without.
        options = {"color_scheme": scheme, "viewport": size, "reduced_motion": "reduce", "bypass_csp": True}
        async with person_at(browser, service.url, **options) as person:
            await view(person, service, f"usr_{view.__name__}{number}")
            await keep(person.page, f"{view.__name__}-{scheme}{'-phone' if size is PHONE else ''}", whole=True)
            found = await Axe().run(person.page)
            assert len(found.response["passes"]) > 5  # it did look
            assert found.violations_count == 0, found.generate_report()
            assert await _overflow(person.page) <= 0


async def test_the_first_view_is_small(browser: Browser, service: Service) -> None:
    async with person_at(browser, service.url) as person:
        wire = await person.context.new_cdp_session(person.page)
        await wire.send("Network.enable")
        received: list[float] = []
        wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        await sign_in(person, service, "usr_small")
        await person.page.wait_for_load_state("networkidle")
        print(f"first view: {sum(received):.0f} bytes in {len(received)} requests")
        assert 0 < sum(received) < FIRST_VIEW_BYTES


async def test_everything_can_be_reached_by_keyboard(person: Person, service: Service) -> None:
    """From the address line to a session and its prompt, and nothing on the way is a trap."""
    page, user = person.page, "usr_keys"
    await reviewed(service, user, title="By keyboard")
    await person.comes(service.welcome(user))
    await expect(page.get_by_role("link", name="By keyboard")).to_be_visible()
    await _tab_to(page, "By keyboard")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="State 1 of 3")).to_be_visible()
    await _tab_to(page, "Claude Code")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Codex")).to_have_attribute("aria-selected", "true")
    await _tab_to(page, "Raw differences")
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Raw differences")).to_be_checked()


async def test_the_skip_link_skips(person: Person, service: Service) -> None:
    page = person.page
    await person.comes(service.welcome("usr_skip"))
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()
    await page.get_by_role("link", name="Skip to the content").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = "(e => e.labels?.[0]?.textContent || e.getAttribute('aria-label') || e.textContent)"
        if (await page.evaluate(f"{focused}(document.activeElement)")).strip() == name:
            return
    raise AssertionError(f"{name!r} cannot be reached by Tab")


async def _overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return int(wide)
