"""Secrets that a page shows: gone from its tree and its picture, and told by their kind."""

import io
from collections import Counter
from typing import Any

import numpy as np
import pytest
from PIL import Image

from services.analysis.aria.browser import BrowserSettings
from services.analysis.aria.job import as_recorded
from services.analysis.aria.picture import masked_picture
from services.analysis.aria.redaction import Found, redacted
from shared.model.evidence import Box, PageNode, PageSnapshot
from tests.corpora.load import A_KEY as KEY
from tests.corpora.load import ordinary, secrets
from tests.samples import a_recording

URL = f"http://localhost:3000/?token={KEY}"


def node(role: str, name: str = "", *children: PageNode, **fields: Any) -> PageNode:
    return PageNode(role=role, name=name, children=children, **fields)


def page(*nodes: PageNode, **fields: Any) -> PageSnapshot:
    return PageSnapshot(**{"url": URL, "success": True, "tree": nodes, **fields})


def clean(*nodes: PageNode) -> tuple[tuple[PageNode, ...], Found]:
    found: Found = Counter()
    return redacted(page(*nodes), found).tree, found


def test_a_page_without_secrets_stays_what_it_is() -> None:
    before = page(node("main", "", node("heading", "Orders"), node("textbox", "Name", value="Ann")), title="Orders")
    found: Found = Counter()
    assert redacted(before, found) == before
    assert found == Counter()


def test_everything_that_a_page_says_of_itself_is_masked() -> None:
    said = {
        "error": f"bad key {KEY}", "final_url": f"http://x/#access_token={KEY}", "title": f"Key {KEY}",
        "console_errors": ("fine", f"401 for {KEY}"), "failed_requests": (f"GET /me?api_key={KEY}",),
        "note": f"it asked for {KEY}",
    }  # fmt: skip
    found: Found = Counter()
    after = redacted(page(node("text", f"Your key: {KEY}", url=f"http://x/?sig={KEY}"), **said), found)
    assert KEY not in after.model_copy(update={"url": ""}).model_dump_json()
    assert after.console_errors[0] == "fine"
    assert after.tree[0].name == "Your key: [masked api key]"
    assert sum(found.values()) == 8


def test_the_address_that_was_asked_for_names_the_snapshot() -> None:
    assert redacted(page(), Counter()).url == URL


def test_what_is_not_there_is_not_made_up() -> None:
    after = redacted(page(node("textbox", "Password")), Counter())
    assert (after.error, after.title, after.note, after.tree[0].value) == (None, None, None, None)


def test_a_label_in_one_node_gives_away_what_stands_in_the_next() -> None:
    tree, found = clean(node("text", "New password"), node("text", "Lem0n+Basil"), node("text", "Repeat"))
    assert [each.name for each in tree] == ["New password", "[masked password]", "Repeat"]
    assert found == {"password": 1}


def test_the_value_of_a_field_is_read_with_its_label() -> None:
    tree, found = clean(
        node("textbox", "Password", value="swordfish"),
        node("textbox", "Animal", value="swordfish"),
        node("textbox", "Key", value=KEY),
        node("textbox", "Password", value="••••••"),
    )
    assert [each.value for each in tree] == ["[masked password]", "swordfish", "[masked api key]", "••••••"]
    assert found == {"password": 1, "api key": 1}


def test_secrets_are_found_at_any_depth() -> None:
    deep = node("main", "", node("list", "", node("listitem", "", node("text", f"Bearer {KEY}"))))
    tree, found = clean(deep)
    assert KEY not in tree[0].model_dump_json()
    assert sum(found.values()) == 1


def test_nothing_but_texts_is_changed() -> None:
    before = node(
        "textbox", f"Key {KEY}", node("text", KEY), value=KEY, state=("focused",), hint="Paste it",
        box=Box(x=0.1, y=0.2, width=0.3, height=0.1),
    )  # fmt: skip
    [after] = clean(before)[0]
    kept = {"name": before.name, "value": before.value, "children": before.children}
    assert after.model_copy(update=kept) == before
    assert [child.role for child in after.children] == ["text"]


def test_pages_of_all_kinds_of_secrets_and_of_none() -> None:
    tree, _ = clean(*(node("group", "", node("text", entry.text)) for entry in secrets()))
    told = [group.children[0].name for group in tree]
    assert [entry.id for entry, text in zip(secrets(), told, strict=True) if entry.secret[-12:] in text] == []
    texts = [entry.text for entry in ordinary()]
    tree, _ = clean(*(node("group", "", node("text", text)) for text in texts))
    changed = [text for text, group in zip(texts, tree, strict=True) if group.children[0].name != text]
    assert len(changed) <= 0.01 * len(texts), changed


# The picture of a page

SIZE = (200, 160)


def white() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", SIZE, "white").save(out, "PNG")
    return out.getvalue()


def painted(before: PageSnapshot, after: PageSnapshot | None = None) -> list[tuple[int, int, int, int]]:
    """The box of what is dark in the picture: left, top, right, bottom; none when all of it is white."""
    picture = Image.open(io.BytesIO(masked_picture(white(), before, after or redacted(before, Counter()))))
    assert (picture.format, picture.size) == ("WEBP", SIZE)
    dark = np.argwhere(np.asarray(picture.convert("L")) < 180)
    if not dark.size:
        return []
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    return [(int(left), int(top), int(right), int(bottom))]


def near(one: list[tuple[int, int, int, int]], other: tuple[int, int, int, int]) -> bool:
    return len(one) == 1 and all(abs(a - b) <= 1 for a, b in zip(one[0], other, strict=True))


PLACE = Box(x=0.25, y=0.5, width=0.25, height=0.25)


def test_the_place_of_a_secret_is_painted_over_and_no_other() -> None:
    there = page(node("text", KEY, box=PLACE), node("text", "Orders", box=Box(x=0, y=0, width=0.2, height=0.1)),
                 viewport=(200, 80))  # fmt: skip
    assert near(painted(there), (48, 38, 102, 62))


def test_without_secrets_nothing_is_painted() -> None:
    assert painted(page(node("text", "Orders", box=PLACE), viewport=(200, 80))) == []


def test_the_value_of_a_field_is_painted_over_too() -> None:
    field = node("textbox", "Password", value="swordfish", box=PLACE)
    assert near(painted(page(field, viewport=(200, 80))), (48, 38, 102, 62))


def test_a_page_that_had_scrolled_lies_further_down_in_its_picture() -> None:
    there = page(node("text", KEY, box=PLACE), viewport=(200, 80), scrolled=70)
    assert near(painted(there), (48, 108, 102, 132))


def test_a_node_without_a_place_lies_somewhere_in_the_one_round_it() -> None:
    around = node("group", "", node("text", "", node("text", KEY)), box=PLACE)
    assert near(painted(page(around, viewport=(200, 80))), (48, 38, 102, 62))


def test_without_any_place_there_is_nowhere_to_paint() -> None:
    assert painted(page(node("text", KEY), viewport=(200, 80))) == []


def test_without_a_viewport_places_are_fractions_of_the_picture() -> None:
    assert near(painted(page(node("text", KEY, box=PLACE))), (48, 78, 102, 122))


def test_what_reaches_out_of_the_picture_is_painted_as_far_as_it_goes() -> None:
    outside = Box(x=0.75, y=1.75, width=0.5, height=0.5)
    assert near(painted(page(node("text", KEY, box=outside), viewport=(200, 80))), (148, 138, 199, 159))


# The size of the tab


@pytest.mark.parametrize(
    ("pixels", "viewport"),
    [
        ((1280, 720), (1280, 720)), ((1999, 1125), (1999, 1125)), ((2560, 1440), (1280, 720)),
        ((2000, 1250), (1000, 625)), ((5120, 2880), (2560, 1440)), ((100, 100), (320, 240)),
        ((16000, 16000), (2560, 1600)), ((1920, 16000), (1920, 1600)),
    ],
)  # fmt: skip
def test_a_page_is_opened_in_a_tab_of_the_size_that_was_recorded(
    pixels: tuple[int, int], viewport: tuple[int, int]
) -> None:
    """From 2000 pixels of width on it is taken for a screen with two pixels for one."""
    settings = as_recorded(BrowserSettings(), a_recording("sess_1", declared_pixels=pixels))
    assert (settings.width, settings.height) == viewport


def test_where_nothing_is_known_of_the_size_it_stays() -> None:
    browser = BrowserSettings(total_timeout=7)
    assert as_recorded(browser, None) == browser
    assert as_recorded(browser, a_recording("sess_1")) == browser
    assert as_recorded(browser, a_recording("sess_1", declared_pixels=(800, 600))).total_timeout == 7
