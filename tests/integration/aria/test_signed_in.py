"""Pages behind a sign-in: recognised as such without a login, opened with the one of a test account."""

import dataclasses
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from services.analysis.aria import BrowserSettings, UrlPolicy, inspect
from shared.model.storage_state import StorageState
from tests.integration.aria.conftest import Look, flat
from tests.integration.aria.sites import Site, serving

pytestmark = pytest.mark.browser

SIGN_IN = """<!doctype html><title>Sign in</title><h1>Sign in to Acme</h1><form>
<label>E-mail <input type="email"></label><label>Password <input type="password"></label>
<button>Sign in</button></form>"""
INSIDE = """<!doctype html><title>Orders</title><h1>Orders</h1><button>New order</button>
<p id="who"></p><script>who.textContent = localStorage.getItem('name') ?? 'nobody'</script>"""
PROFILE = """<!doctype html><title>Profile</title><h1>Profile</h1><form>
<label>Name <input></label><label>City <input></label><label>Street <input></label><label>Phone <input></label>
<label>Zip <input></label><label>New password <input type="password"></label><button>Save</button></form>"""


async def gated(request: web.Request) -> web.Response:
    if request.cookies.get("session") == "of-the-test-account":
        return web.Response(text=INSIDE, content_type="text/html")
    raise web.HTTPFound("/login")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving({"/orders": gated, "/login": SIGN_IN, "/profile": PROFILE}) as running:
        yield running


async def test_a_page_that_leads_to_a_sign_in_is_said_to_be_one(site: Site, look: Look) -> None:
    page = await look(site, "/orders")
    assert page.success
    assert page.login_required
    assert page.note is not None
    assert "asks to sign in" in page.note
    assert "storageState" in page.note


async def test_a_sign_in_itself_is_recognised_and_a_form_with_a_password_is_not(site: Site, look: Look) -> None:
    assert (await look(site, "/login")).login_required
    assert not (await look(site, "/profile")).login_required


async def test_with_the_login_of_a_test_account_the_page_is_opened(site: Site, settings: BrowserSettings) -> None:
    state = StorageState.model_validate(
        {
            "cookies": [{"name": "session", "value": "of-the-test-account", "domain": "127.0.0.1", "path": "/"}],
            "origins": [{"origin": site.url("").rstrip("/"), "localStorage": [{"name": "name", "value": "Tess"}]}],
        }
    )
    signed_in = dataclasses.replace(settings, storage_state=state.for_playwright())
    policy = UrlPolicy("public", site.allowed)
    (page,) = await inspect([site.url("/orders")], policy=policy, settings=signed_in)
    assert not page.login_required
    assert {"New order", "Tess"} <= {node.name for node in flat(page)}
    assert "of-the-test-account" not in json.dumps(page.model_dump(mode="json"))


async def test_a_login_that_ran_out_is_said(site: Site, settings: BrowserSettings) -> None:
    state = StorageState.model_validate(
        {"cookies": [{"name": "session", "value": "old", "domain": "127.0.0.1", "path": "/"}]}
    )
    signed_in = dataclasses.replace(settings, storage_state=state.for_playwright())
    (page,) = await inspect([site.url("/orders")], policy=UrlPolicy("public", site.allowed), settings=signed_in)
    assert page.login_required
    assert page.note is not None
    assert "may have run out" in page.note
