from typing import Any

import pytest

from services.analysis.aria.document import DomNode, dom_documents, facts, is_secret


class Strings(list[str]):
    def of(self, text: str) -> int:
        if text not in self:
            self.append(text)
        return self.index(text)


def _snapshot() -> dict[str, Any]:
    """html[lang] > body > button, hidden div, iframe, password field; scrolled by 100."""
    strings = Strings()
    names = ["#document", "html", "HTML", "BODY", "BUTTON", "DIV", "IFRAME", "INPUT"]
    attributes = {2: ["lang", "de"], 7: ["TYPE", "password"]}
    shown = [0, 2, 3, 4, 6, 7]
    document = {
        "documentURL": strings.of("http://h/"),
        "title": strings.of(" Title "),
        "frameId": strings.of("F"),
        "scrollOffsetX": 0,
        "scrollOffsetY": 100,
        "nodes": {
            "nodeName": [strings.of(name) for name in names],
            "backendNodeId": [100 + n for n in range(len(names))],
            "attributes": [[strings.of(text) for text in attributes.get(n, [])] for n in range(len(names))],
        },
        "layout": {
            "nodeIndex": shown,
            "styles": [[]] + [[strings.of("none")] for _ in shown[1:-1]] + [[strings.of("disc")]],
            "bounds": [
                [0, 0, 1000, 500], [0, 0, 1000, 900], [0, 0, 1000, 900], [10, 150, 100, 50], [0, 200, 300, 0],
                [0, 600, 10, 10],
            ],
        },
    }  # fmt: skip
    return {"strings": strings, "documents": [document]}


def test_a_document_knows_its_title_language_and_address():
    document = dom_documents(_snapshot())[0]
    assert (document.frame, document.url, document.title, document.language) == ("F", "http://h/", "Title", "de")
    assert document.frame_elements == [106]


def test_boxes_are_fractions_of_the_viewport_after_scrolling():
    found = facts(dom_documents(_snapshot())[0], (0, 0), (1000, 500))
    button = found[104].box
    assert (button.x, button.y, button.width, button.height) == (0.01, 0.1, 0.1, 0.1)
    assert found[107].box.y == 1.0  # below the fold
    assert found[105].box is None  # not rendered
    assert found[106].box is None  # no area


def test_a_frame_begins_where_its_element_does():
    found = facts(dom_documents(_snapshot())[0], (500, 50), (1000, 500))
    assert (found[104].box.x, found[104].box.y) == (0.51, 0.2)


def test_a_document_that_says_little():
    snapshot = _snapshot()
    snapshot["documents"][0] |= {"title": -1}
    snapshot["documents"][0]["nodes"]["attributes"][2] = []
    document = dom_documents(snapshot)[0]
    assert (document.title, document.language) == (None, None)


@pytest.mark.parametrize(
    ("attributes", "hides", "secret"),
    [
        ({"type": "password"}, False, True),
        ({"type": "PASSWORD"}, False, True),
        ({"type": "text"}, True, True),  # hidden by a style
        ({"autocomplete": "current-password"}, False, True),
        ({"autocomplete": "section-a cc-number"}, False, True),
        ({"autocomplete": "one-time-code"}, False, True),
        ({"autocomplete": "email"}, False, False),
        ({}, False, False),
    ],
)
def test_which_fields_are_secret(attributes, hides, secret):
    assert is_secret(DomNode("INPUT", attributes, None, hides)) is secret


def test_the_password_of_the_snapshot_is_secret_and_the_button_is_not():
    found = facts(dom_documents(_snapshot())[0], (0, 0), (1000, 500))
    assert (found[107].secret, found[104].secret) == (True, False)
