"""What is read of ordinary pages."""

import dataclasses
import ipaddress

import pytest
from aiohttp import web
from playwright.async_api import async_playwright

from services.analysis.aria import UrlPolicy, inspect
from shared.model.evidence import INPUT_ROLES, PageNode
from tests.integration.aria.conftest import flat
from tests.integration.aria.sites import Site, redirect, responding, serving

pytestmark = pytest.mark.browser

FORM = """<!doctype html><html lang="en-GB"><head><title> Profile </title></head><body style="margin:0">
<h1 style="position:absolute;left:128px;top:72px;width:640px;height:36px;margin:0">Account</h1>
<div style="position:absolute;top:150px">
<nav aria-label="Main"><a href="/home?tab=1">Home</a></nav>
<form aria-label="Profile">
<label>Name <input required value="Ada" autofocus></label>
<label>Mail <input type="email" aria-invalid="true" value="x@"></label>
<label>Password <input type="password" value="hunter2"></label>
<label>Code <input autocomplete="one-time-code" value="991188"></label>
<label>Fixed <input readonly value="fixed"></label>
<label>Age <input type="number" value="36"></label>
<label>Born <input type="date" value="1815-12-10"></label>
<label>Volume <input type="range" value="30"></label>
<label>Note <textarea>one
two</textarea></label>
<input type="search" placeholder="Find">
<label><input type="checkbox" checked> News</label>
<label><input type="checkbox" id="some"> Some</label><script>some.indeterminate = true</script>
<label><input type="radio" name="r" checked> Yes</label><label><input type="radio" name="r"> No</label>
<div role="switch" aria-checked="true" tabindex="0">Dark</div>
<select aria-label="Country"><option>DE</option><option selected>FR</option></select>
<button aria-pressed="true" type="button">Bold</button>
<button aria-expanded="false" type="button">More</button>
<button disabled>Save</button><input type="submit" value="Send">
</form>
<div role="tablist"><div role="tab" aria-selected="true" tabindex="0">One</div><div role="tab">Two</div></div>
<p>Read <b>this</b> and <a href="https://elsewhere.test/">that</a>.</p>
<details><summary>Details</summary>folded</details>
<img alt="Logo" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="20" height="20"><img alt="" src="data:,">
<div hidden><button>Hidden</button></div><div style="display:none"><button>Gone</button></div>
<table><tr><th>City<th>People</tr><tr><td>Ulm<td>126000</tr></table>
<div role="alert">Saved!</div></div>
<button style="position:absolute;top:1440px;left:0;width:128px;height:72px">Below</button>
</body></html>"""


def _node(nodes: list[PageNode], role: str, name: str) -> PageNode:
    (found,) = [node for node in nodes if (node.role, node.name) == (role, name)]
    return found


async def test_a_form_is_read_with_its_states_values_and_places(look):
    async with serving({"/": FORM}) as site:
        page = await look(site)
    assert (page.success, page.error, page.note) == (True, None, None)
    assert (page.title, page.language, page.final_url) == ("Profile", "en-GB", site.url())
    assert (page.console_errors, page.failed_requests) == ((), ())
    assert 0 < page.load_ms < 10_000
    nodes = flat(page)
    fields = {(n.role, n.name): (n.value, n.state) for n in nodes}
    assert fields["textbox", "Name"] == ("Ada", ("focused", "required"))
    assert fields["textbox", "Mail"] == ("x@", ("invalid",))
    assert fields["textbox", "Password"] == (None, ())
    assert fields["textbox", "Code"] == (None, ())
    assert fields["textbox", "Fixed"] == ("fixed", ("readonly",))
    assert fields["spinbutton", "Age"] == ("36", ())
    assert fields["textbox", "Born"] == ("1815-12-10", ())
    assert fields["slider", "Volume"] == ("30", ())
    assert fields["textbox", "Note"] == ("one\ntwo", ())
    assert fields["searchbox", "Find"] == (None, ())
    assert fields["checkbox", "News"] == (None, ("checked",))
    assert fields["checkbox", "Some"] == (None, ("mixed",))
    assert fields["radio", "Yes"][1] == ("checked",)
    assert fields["radio", "No"][1] == ()
    assert fields["switch", "Dark"][1] == ("checked",)
    assert fields["combobox", "Country"] == ("FR", ("collapsed",))
    assert fields["option", "FR"][1] == ("selected",)
    assert fields["button", "Bold"][1] == ("pressed",)
    assert fields["button", "More"][1] == ("collapsed",)
    assert fields["button", "Save"][1] == ("disabled",)
    assert fields["tab", "One"][1] == ("selected",)
    text = page.model_dump_json()
    assert all(word not in text for word in ("hunter2", "991188", "•", "Hidden", "Gone", "folded"))


async def test_the_shape_of_the_tree(look):
    async with serving({"/": FORM}) as site:
        page = await look(site)
    nodes = flat(page)
    assert [child.name for child in _node(nodes, "form", "Profile").children][:2] == ["Name", "Name"]
    assert _node(nodes, "navigation", "Main").children[0].url == site.url("/home?tab=1")
    (paragraph,) = [node for node in nodes if node.role == "paragraph"]
    assert [(c.role, c.name) for c in paragraph.children] == [
        ("text", "Read this and"),
        ("link", "that"),
        ("text", "."),
    ]
    assert _node(nodes, "text", "Details").state == ("collapsed",)
    assert [c.name for c in next(n for n in nodes if n.role == "alert").children] == ["Saved!"]
    counts = page.counts
    assert (counts.buttons, counts.links, counts.headings, counts.images) == (5, 2, 1, 1)
    assert counts.inputs == 16
    assert counts.total == 25
    assert counts.inputs == sum(counts.by_role.get(role, 0) for role in INPUT_ROLES)
    assert counts.by_role["cell"] == 2


async def test_boxes_are_fractions_of_the_viewport(look):
    async with serving({"/": FORM}) as site:
        nodes = flat(await look(site))
    heading, below = _node(nodes, "heading", "Account").box, _node(nodes, "button", "Below").box
    assert (heading.x, heading.y, heading.width, heading.height) == (0.1, 0.1, 0.5, 0.05)
    assert (below.x, below.y, below.width, below.height) == (0.0, 2.0, 0.1, 0.1)
    assert _node(nodes, "option", "DE").box is None


async def test_a_scrolled_page_is_measured_from_where_it_stands(look):
    button = "<button style='position:absolute;top:1440px'>B</button>"
    body = f"<body style='margin:0;height:3000px'>{button}<script>scrollTo(0, 720)</script>"
    async with serving({"/": body}) as site:
        page = await look(site)
    assert _node(flat(page), "button", "B").box.y == 1.0


async def test_playwright_finds_what_we_name(look, chromium):
    """The locators that prompts give are built from these roles and names."""
    async with serving({"/": FORM}) as site:
        page = await look(site)
        named = [n for n in flat(page) if n.name and n.role not in {"text", "option"}]
        assert len(named) > 30
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium)
            tab = await browser.new_page()
            await tab.goto(site.url())
            for node in named:
                assert await tab.get_by_role(node.role, name=node.name, exact=True).count() == 1, node
            await browser.close()


def _iframe(title: str, src: str, style: str) -> str:
    return f"<iframe title={title} src={src} style='position:absolute;padding:0;{style}'></iframe>"


async def test_frames_are_part_of_the_page_wherever_they_come_from(look):
    button, field = "<button style='width:100px;height:20px'>NAME</button>", "<input type=password value=pw1>"
    inner = f"<body style='margin:0'>{button}{field}"
    outer = (
        _iframe("Same", "/same", "border:0;left:128px;top:72px")
        + _iframe("Other", "http://other.test:{port}/other", "border:2px solid;left:640px;top:358px")
        + _iframe("Unseen", "/unseen", "display:none")
    )
    pages = {"/": outer} | {f"/{name}": inner.replace("NAME", name) for name in ("same", "other", "unseen")}

    async def resolve(host: str, port: int):
        return [ipaddress.ip_address("127.0.0.1")]

    async with serving(pages) as site:
        page = await look(site, resolve=resolve)
    nodes = flat(page)
    same, other = _node(nodes, "iframe", "Same"), _node(nodes, "iframe", "Other")
    assert [(c.role, c.name) for c in same.children] == [("button", "same"), ("textbox", "")]
    assert [(c.role, c.name) for c in other.children] == [("button", "other"), ("textbox", "")]
    assert (same.children[0].box.x, same.children[0].box.y) == (0.1, 0.1)
    assert (other.children[0].box.x, round(other.children[0].box.y, 3)) == (0.50156, 0.5)
    assert "unseen" not in page.model_dump_json()
    assert "pw1" not in page.model_dump_json()


async def test_console_errors_and_failed_requests_are_told(look):
    body = """<title>T</title><script>
        console.error('first', {a: 1}); console.warn('no'); console.log('no');
        console.error('x'.repeat(1000));
        setTimeout(() => { null.boom }, 10);
        for (let i = 0; i < 30; i++) console.error('more ' + i);
        fetch('/missing?a=1'); fetch('/broken', {method: 'POST'});
        fetch('http://127.0.0.1:{port}/favicon.ico');
    </script><img src=/gone.png>"""
    pages = {"/": body, "/broken": responding(b"no", "text/plain", 500)}
    async with serving(pages) as site:
        page = await look(site)
    assert page.success
    assert len(page.console_errors) == 20
    assert page.console_errors[0].startswith("first")
    assert page.console_errors[1] == "x" * 300
    assert not any("Failed to load resource" in line for line in page.console_errors)
    assert sorted(page.failed_requests) == sorted(
        [
            f"GET {site.url('/missing?a=1')} — 404",
            f"POST {site.url('/broken')} — 500",
            f"GET {site.url('/gone.png')} — 404",
        ]
    )


async def test_an_uncaught_exception_is_a_console_error(look):
    async with serving({"/": "<script>setTimeout(() => { null.boom }, 10)</script>"}) as site:
        page = await look(site)
    assert page.console_errors[0].startswith("Uncaught TypeError: Cannot read properties of null")


async def test_what_a_script_brings_late_is_waited_for(look):
    body = """<div id=a></div><script>
        const show = (text) => setTimeout(() => { a.innerHTML = `<button>${text}</button>` }, 300);
        fetch('/data').then((r) => r.text()).then(show);
    </script>"""
    async with serving({"/": body, "/data": responding(b"Late", "text/plain")}) as site:
        page = await look(site)
    assert [(node.role, node.name) for node in page.tree] == [("button", "Late")]


async def test_a_websocket_works_through_the_proxy(look):
    async def socket(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        async for message in response:
            await response.send_str(f"echo of {message.data}")
        return response

    body = """<h1 id=h>nothing</h1><script>
        const s = new WebSocket('ws://127.0.0.1:{port}/socket');
        s.onopen = () => s.send('hello');
        s.onmessage = (event) => { h.textContent = event.data };
    </script>"""
    async with serving({"/": body, "/socket": socket}) as site:
        page = await look(site)
    assert [node.name for node in page.tree] == ["echo of hello"]


@pytest.mark.slow
async def test_frames_that_come_and_go_do_not_harm_the_page(settings):
    body = """<h1>Here</h1><div id=d></div><script>
        setInterval(() => { d.innerHTML = '<iframe srcdoc="<p>a"></iframe>'.repeat(3) }, 40);
    </script>"""
    hurried = dataclasses.replace(settings, settle_timeout=1, read_timeout=60)
    async with serving({f"/{n}": body for n in range(6)}) as site:
        urls = [site.url(f"/{n}") for n in range(6)]
        pages = await inspect(urls, policy=UrlPolicy("any"), settings=hurried)
    assert [(page.success, page.counts.headings) for page in pages] == [(True, 1)] * 6, pages


async def test_a_page_that_goes_on_while_it_is_looked_at_is_taken_where_it_arrives(settings):
    """It counts to 40 by loading itself anew, faster than it could come to rest."""
    body = """<h1 id=h>x</h1><script>
        const n = Number(location.search.slice(1) || 0);
        h.textContent = `visit ${n}`;
        if (n < 40) setTimeout(() => location.replace('?' + (n + 1)), 20);
    </script>"""
    async with serving({"/": body}) as site:
        (page,) = await inspect([site.url()], policy=UrlPolicy("any"), settings=settings)
    assert page.success, page.error
    assert page.counts.headings == 1


async def test_an_ordinary_redirect_is_followed(look):
    async with serving(
        {"/": redirect("/there"), "/there": "<title>There</title><script>location.hash = 'x'</script>"}
    ) as site:
        page = await look(site)
    assert (page.success, page.url, page.final_url) == (True, site.url("/"), site.url("/there#x"))


async def test_names_under_localhost_are_this_machine_under_any(settings):
    async with serving({"/": "<h1>Local</h1>"}) as site:
        urls = [site.url(host="localhost"), site.url(host="app.localhost")]
        pages = await inspect(urls, policy=UrlPolicy("any"), settings=settings)
    assert [page.counts.headings for page in pages] == [1, 1]


async def test_several_pages_come_back_in_the_order_asked_for_each_with_a_profile_of_its_own(settings):
    body = """<script>
        document.title = localStorage.seen + document.cookie;
        localStorage.seen = document.cookie = 'a=1';
    </script>"""
    async with serving({f"/{n}": body for n in range(5)}) as site:
        urls = [site.url(f"/{n}") for n in range(5)]
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=settings)
    assert [page.url for page in pages] == urls
    assert {page.title for page in pages} == {"undefined"}


async def test_one_bad_page_does_not_harm_the_others(settings):
    async with serving({"/": "<h1>Good</h1>"}) as site:
        urls = [site.url("/missing"), site.url(), "ftp://x/"]
        pages = await inspect(urls, policy=UrlPolicy("public", site.allowed), settings=settings)
    assert [page.success for page in pages] == [False, True, False]


def test_sites_know_their_address():
    assert Site(port=8).url("/x") == "http://127.0.0.1:8/x"
