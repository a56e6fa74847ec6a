import pytest

from services.analysis.aria.tree import MAX_DEPTH, Facts, FrameDocument, read_tree
from shared.model.analysis import Inspection
from shared.model.evidence import INPUT_ROLES, Box, PageCounts, PageSnapshot
from tests.unit.services.analysis.aria.rawtree import ax, flat, frame, outline, read, text


def test_boxes_without_meaning_disappear_and_their_children_stay():
    reading = read(ax("generic", "", ax("none", "", ax("LabelText", "", ax("main", "", ax("button", "Save"))))))
    assert outline(reading) == [("main", "", [("button", "Save")])]


def test_running_text_joins_and_other_blocks_do_not():
    reading = read(
        ax("paragraph", "", text("Hello "), ax("strong", "", text("bold"), ignored=True), text(" world")),
        ax("generic", "", text("one")),
        ax("generic", "", text("two")),
    )
    assert outline(reading) == [("paragraph", "", [("text", "Hello bold world")]), ("text", "one"), ("text", "two")]


def test_text_on_both_sides_of_a_link_stays_in_order():
    reading = read(ax("paragraph", "", text("See "), ax("link", "this", text("this")), text(" first.")))
    assert outline(reading) == [("paragraph", "", [("text", "See"), ("link", "this"), ("text", "first.")])]


def test_a_line_break_is_white_space():
    reading = read(ax("paragraph", "", text("a"), ax("LineBreak", "\n"), text("b")), ax("LineBreak", "\n"))
    assert outline(reading) == [("paragraph", "", [("text", "a b")])]


def test_what_a_name_says_is_not_said_again_but_things_inside_are_kept():
    reading = read(
        ax("link", "Empty Head", text("Empty"), ax("heading", "Head", text("Head"))), ax("alert", "", text("No"))
    )
    assert outline(reading) == [("link", "Empty Head", [("heading", "Head")]), ("alert", "", [("text", "No")])]


def test_a_landmarks_name_does_not_hide_the_same_words_in_it():
    reading = read(ax("navigation", "Main", text("Main")))
    assert outline(reading) == [("navigation", "Main", [("text", "Main")])]


@pytest.mark.parametrize(
    ("raw", "role"),
    [
        ("image", "img"),
        ("SvgRoot", "img"),
        ("Date", "textbox"),
        ("InputTime", "textbox"),
        ("ColorWell", "textbox"),
        ("DisclosureTriangle", "text"),
        ("Iframe", "iframe"),
        ("menuitemcheckbox", "menuitemcheckbox"),
    ],
)
def test_chromiums_own_roles_become_those_of_locators(raw, role):
    assert outline(read(ax(raw, "Name"))) == [(role, "Name")]


@pytest.mark.parametrize(
    "raw", ["SvgRoot", "DisclosureTriangle", "generic", "MenuListPopup", "Legend", "sectionfooter"]
)
def test_without_a_name_these_are_nothing(raw):
    assert outline(read(ax(raw, "", ax("button", "In")))) == [("button", "In")]


def test_the_browsers_own_controls_are_not_the_pages():
    reading = read(
        ax("Video", "clip", ax("button", "play")),
        ax("Date", "Day", ax("spinbutton", "Month")),
        ax("img", "x", text("x")),
    )
    assert outline(reading) == [("textbox", "Day"), ("img", "x")]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"checked": "true"}, ("checked",)),
        ({"checked": "false"}, ()),
        ({"checked": "mixed"}, ("mixed",)),
        ({"pressed": "true", "disabled": True}, ("disabled", "pressed")),
        ({"pressed": "mixed"}, ("mixed",)),
        ({"expanded": True}, ("expanded",)),
        ({"expanded": False}, ("collapsed",)),
        ({"selected": True, "focused": True}, ("focused", "selected")),
        ({"selected": False, "required": False, "readonly": False}, ()),
        ({"required": True, "readonly": True}, ("readonly", "required")),
        ({"invalid": "true"}, ()),  # Chromium's own judgement of an empty required field
    ],
)
def test_states(properties, words):
    assert read(ax("button", "b", **properties)).tree[0].state == words


def test_what_the_page_calls_invalid_is_invalid():
    node = ax("textbox", "Mail", invalid="true")
    facts = {node["backendDOMNodeId"]: Facts(attributes={"aria-invalid": "true"})}
    assert read(node, facts=facts).tree[0].state == ("invalid",)


@pytest.mark.parametrize(
    ("role", "value", "told"),
    [
        ("textbox", "Ada", "Ada"),
        ("slider", 30, "30"),
        ("meter", 0.5, "0.5"),
        ("progressbar", 3.0, "3"),
        ("combobox", "FR", "FR"),
    ],
)
def test_values(role, value, told):
    assert read(ax(role, "n", value=value)).tree[0].value == told


def test_values_of_other_roles_empty_ones_and_secrets_are_not_told():
    secret, unknown = ax("textbox", "Password", text("••••••"), value="s3cret"), ax("textbox", "?", value="s3cret")
    document = frame(
        ax(
            "RootWebArea",
            "",
            secret,
            unknown,
            ax("button", "File", value="No file chosen"),
            ax("textbox", "e", value=""),
        ),
        {secret["backendDOMNodeId"]: Facts(secret=True)},
    )
    facts = {key: fact for key, fact in document.facts.items() if key != unknown["backendDOMNodeId"]}
    reading = read_tree({"main": FrameDocument(document.nodes, facts)}, "main", 100)
    assert [node.value for node in reading.tree] == [None, None, None, None]
    assert "s3cret" not in str(reading)
    assert "•" not in str(reading)


def test_links_have_their_address_and_other_things_do_not():
    reading = read(ax("link", "a", url="http://h/x"), ax("image", "i", url="data:image/gif;base64,AAAA"))
    assert [node.url for node in reading.tree] == ["http://h/x", None]


def test_joined_text_lies_around_its_pieces():
    one, two = text("a"), text("b")
    facts = {
        one["backendDOMNodeId"]: Facts(Box(x=0.1, y=0.1, width=0.2, height=0.1)),
        two["backendDOMNodeId"]: Facts(Box(x=0.0, y=0.2, width=0.1, height=0.1)),
    }
    box = read(ax("paragraph", "", one, two), facts=facts).tree[0].children[0].box
    assert (box.x, box.y, round(box.width, 6), round(box.height, 6)) == (0.0, 0.1, 0.3, 0.2)


def test_frames_hang_below_their_element_and_each_is_entered_once():
    iframe = ax("Iframe", "Fr")
    number = iframe["backendDOMNodeId"]
    main = frame(ax("RootWebArea", "", iframe, ax("button", "After")), frames={number: "inner"})
    inner_iframe = ax("Iframe", "Loop")
    inner = frame(
        ax("RootWebArea", "", ax("button", "In"), inner_iframe), frames={inner_iframe["backendDOMNodeId"]: "inner"}
    )
    reading = read_tree({"main": main, "inner": inner}, "main", 100)
    assert outline(reading) == [("iframe", "Fr", [("button", "In"), ("iframe", "Loop")]), ("button", "After")]


def test_a_page_without_a_tree_is_empty():
    assert read_tree({}, "main", 100).tree == ()
    assert read_tree({"main": FrameDocument([], {})}, "main", 100).counts == PageCounts()


def test_counts():
    reading = read(
        *(ax(role, "n") for role in sorted(INPUT_ROLES)),
        *(ax("button", str(n)) for n in range(3)),
        ax("link", "l", ax("heading", "h"), ax("image", "i")),
        ax("list", "", ax("listitem", "", text("plain"))),
    )
    counts = reading.counts
    assert (counts.buttons, counts.inputs, counts.links, counts.headings, counts.images) == (3, 8, 1, 1, 1)
    assert counts.total == 14
    assert counts.by_role["slider"] == 1
    assert counts.by_role["listitem"] == 1
    assert "text" not in counts.by_role


def test_the_limit_cuts_the_tree_but_not_the_counts():
    reading = read(*(ax("button", str(n)) for n in range(50)), max_nodes=10)
    assert len(reading.tree) == 10
    assert (reading.nodes, reading.counts.buttons) == (50, 50)


def test_a_very_deep_page_stays_readable_by_everybody():
    node = ax("button", "Deep")
    for _ in range(5000):
        node = ax("listitem", "", node)
    reading = read_tree({"main": FrameDocument(flat(ax("RootWebArea", "", node)), {})}, "main", 10_000)
    depth, level = 0, reading.tree
    while level:
        depth, level = depth + 1, tuple(child for node in level for child in node.children)
    assert depth == MAX_DEPTH + 1
    assert reading.counts.buttons == 1
    snapshot = PageSnapshot(url="u", success=True, tree=reading.tree)
    inspection = Inspection(urls_inspected=("u",), duration_ms=1, snapshots=(snapshot,))
    assert Inspection.model_validate_json(inspection.model_dump_json(by_alias=True)) == inspection


def test_long_texts_are_cut():
    reading = read(ax("button", "x" * 10_000), ax("paragraph", "", *(text("word ") for _ in range(5000))))
    assert len(reading.tree[0].name) == 500
    assert len(reading.tree[1].children[0].name) == 500
