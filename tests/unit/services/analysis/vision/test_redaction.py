"""Secrets on the screen: gone from the texts, painted over in the pixels, and nothing else with them."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageFont

from services.analysis.vision.lines import TextLine
from services.analysis.vision.redaction import Redaction, painted, redact
from services.analysis.vision.regions import Rect, contains, intersects, overlap
from tests.corpora.load import A_KEY as KEY
from tests.corpora.load import ordinary, secrets
from tests.unit.services.analysis.vision.parts import draft, line

WINDOW = 10  # letters in a row that must not be left
PEM = ("-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEF", "AASCBKcwggSjAgEAAoIB")


def of_lines(*lines: TextLine) -> Redaction:
    """What becomes of texts that no rule made more of."""
    return redact([draft("text", each.text, each.rect) for each in lines], lines)


def names(redaction: Redaction) -> list[str]:
    return [each.name for each in redaction.drafts]


def test_nothing_to_hide_leaves_everything() -> None:
    lines = [line("Orders", 20, 20), line("3 open", 20, 60)]
    redaction = of_lines(*lines)
    assert names(redaction) == ["Orders", "3 open"]
    assert (redaction.rects, redaction.found) == ((), frozenset())
    assert redact([], []) == Redaction(())


def test_a_key_is_gone_from_the_text_and_covered_in_the_picture() -> None:
    redaction = of_lines(line(f"Your key: {KEY} (copy it)", 20, 20))
    assert names(redaction) == ["Your key: [masked api key] (copy it)"]
    assert redaction.found == {("api key", KEY)}
    [rect] = redaction.rects
    start = 20 + 10 * 8
    assert rect.x0 <= start
    assert rect.x1 >= start + 8 * len(KEY)


def test_only_the_secret_is_covered_and_little_round_it() -> None:
    only = line(f"Your key: {KEY} (copy it)", 20, 20)
    [rect] = of_lines(only).rects
    assert rect.x0 > only.rect.x0 + 7 * 8
    assert rect.x1 < only.rect.x1 - 7 * 8
    assert (rect.y0, rect.y1) == (only.rect.y0, only.rect.y1)


def test_a_line_that_is_all_secret_is_covered_from_end_to_end() -> None:
    only = line(KEY, 100, 40)
    [rect] = of_lines(only).rects
    assert contains(rect, only.rect)


@pytest.mark.parametrize(
    ("x", "y"), [(20, 48), (110, 20)], ids=["below its label", "beside its label"]
)  # fmt: skip
def test_a_password_is_known_by_the_label_by_it(x: int, y: int) -> None:
    label, secret = line("Password:", 20, 20), line("Lem0n+Basil", x, y)
    redaction = of_lines(label, secret)
    assert names(redaction) == ["Password:", "[masked password]"]
    assert redaction.rects
    assert all(contains(secret.rect, rect, 1) for rect in redaction.rects)


def test_far_from_a_label_a_word_is_a_word() -> None:
    lines = line("Password:", 20, 20), line("swordfish", 900, 20), line("swordfish", 20, 400)
    assert names(of_lines(*lines)) == ["Password:", "swordfish", "swordfish"]


def test_a_private_key_is_covered_over_all_its_lines() -> None:
    lines = [line(text, 20, 20 + 20 * n) for n, text in enumerate((*PEM, "-----END PRIVATE KEY-----", "Save key"))]
    redaction = of_lines(*lines)
    assert names(redaction) == ["[masked private key]"] * 4 + ["Save key"]
    assert all(any(contains(rect, each.rect) for rect in redaction.rects) for each in lines[:4])
    assert not any(intersects(rect, lines[4].rect) for rect in redaction.rects)


def test_a_key_that_is_wrapped_goes_on_in_the_next_lines() -> None:
    parts = (f"token={KEY}", "7Fh3UUiqhzXZWlgaUxgC1", "0Xx57xDzCIT3Blbk", "Revoke")
    lines = [line(text, 20, 20 + 20 * n) for n, text in enumerate(parts)]
    redaction = of_lines(*lines)
    assert names(redaction)[1:] == ["[masked api key]", "[masked api key]", "Revoke"]
    assert {rect.y0 for rect in redaction.rects} == {20, 40, 60}


def test_below_a_password_there_is_something_else() -> None:
    lines = [
        line("Password:", 20, 20),
        line("Lem0n+Basil", 20, 40),
        line("remember2me and keep me signed in", 20, 60),
    ]
    assert names(of_lines(*lines)) == ["Password:", "[masked password]", "remember2me and keep me signed in"]


def test_what_stands_in_a_field_for_a_password_is_nobodys_business() -> None:
    value = line("swordfish", 30, 50)
    field = draft("textbox", "New password", (20, 40, 300, 70), value="swordfish")
    redaction = redact([field], [line("New password", 20, 20), value])
    assert (redaction.drafts[0].name, redaction.drafts[0].value) == ("New password", "[masked password]")
    assert value.rect in redaction.rects
    assert ("password", "swordfish") in redaction.found


@pytest.mark.parametrize("value", [None, "", "•••••", "* * *"])
def test_a_field_that_shows_nothing_has_nothing_to_hide(value: str | None) -> None:
    field = draft("textbox", "Password", (20, 40, 300, 70), value=value)
    redaction = redact([field], [line("Password", 20, 20)])
    assert redaction.drafts == (field,)
    assert redaction.found == frozenset()


def test_a_button_named_after_a_password_is_a_button() -> None:
    button = draft("button", "Password", (20, 40, 120, 70), value="swordfish")
    assert redact([button], []).drafts == (button,)


def test_what_was_found_in_a_line_is_gone_from_every_element_that_has_it() -> None:
    """A value may have lost the label that gave it away."""
    lines = [line("Password:", 20, 20), line("Lem0n+Basil", 110, 20)]
    field = draft("textbox", "Login", (100, 10, 300, 40), value="Lem0n+Basil")
    quoting = draft("text", "Lem0n+Basil was set", (20, 400, 200, 414))
    redaction = redact([field, quoting], lines)
    assert [each.value for each in redaction.drafts] == ["[masked password]", None]
    assert names(redaction)[1] == "[masked password] was set"


def test_a_secret_of_three_letters_does_not_tear_up_words() -> None:
    lines = [line("pin: 123", 20, 20), line("Room 1234", 20, 400)]
    assert names(of_lines(*lines)) == ["pin: [masked token]", "Room 1234"]


def test_no_secret_is_shown_where_a_redaction_is_printed() -> None:
    assert KEY not in repr(of_lines(line(KEY, 20, 20)))


def test_the_same_secret_twice_is_one() -> None:
    redaction = of_lines(line(KEY, 20, 20), line(KEY, 20, 300))
    assert len(redaction.found) == 1
    assert len(redaction.rects) == 2


def test_secrets_of_one_line_are_found_as_lines_of_a_screen() -> None:
    """As they were read: one line, on its own, of a text that no rule made more of."""
    single = [entry for entry in secrets() if "\n" not in entry.text and entry.kind not in {"card", "pem"}]
    assert len(single) >= 60
    for entry in single:
        redaction = of_lines(line(entry.text, 20, 20))
        assert entry.secret[-10:] not in names(redaction)[0], entry
        assert redaction.rects, entry


def test_letters_of_many_widths_leave_no_piece_of_a_secret_in_the_picture() -> None:
    """Where a letter stands is estimated; of ten in a row at least one is covered even after a long label."""
    font = ImageFont.load_default(16)
    for entry in (entry for entry in secrets() if "\n" not in entry.text):
        shown = replace(line(entry.text, 20, 20), rect=Rect(20, 20, 20 + round(font.getlength(entry.text)), 36))
        rects = of_lines(shown).rects
        first = entry.text.index(entry.secret)
        middles = [20 + font.getlength(entry.text[:n]) + 3 for n in range(first, first + len(entry.secret))]
        bare = ["." if any(rect.x0 - 2 <= x <= rect.x1 + 2 for rect in rects) else "x" for x in middles]
        assert "x" * WINDOW not in "".join(bare), entry


def test_a_page_of_ordinary_texts_is_not_painted() -> None:
    texts = [entry.text for entry in ordinary() if "\n" not in entry.text]
    lines = [line(text, 20 + 5000 * (n % 2), 20 + 40 * n) for n, text in enumerate(texts)]
    redaction = of_lines(*lines)
    changed = [text for text, name in zip(texts, names(redaction), strict=True) if text != name]
    assert len(changed) <= 0.01 * len(texts), changed


# Pixels


def test_paint_covers_what_it_should_and_little_more() -> None:
    image = np.full((60, 200, 3), 255, np.uint8)
    image[20:34, 50:120] = 0
    covered = painted(image, [Rect(50, 20, 120, 34)])
    changed = np.argwhere((covered != image).any(axis=2))
    assert (changed.min(axis=0).tolist(), changed.max(axis=0).tolist()) == ([18, 48], [35, 121])
    assert len(np.unique(covered[18:36, 48:122].reshape(-1, 3), axis=0)) == 1
    assert (image[20:34, 50:120] == 0).all()


def test_without_secrets_a_picture_is_the_very_same() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    assert painted(image, []) is image
    assert painted(image, iter(())) is image


def test_paint_at_the_rim_stays_in_the_picture() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    assert painted(image, [Rect(-5, -5, 3, 3), Rect(15, 15, 40, 40)]).shape == image.shape
    assert painted(image, [Rect(50, 50, 60, 60)]).tolist() == image.tolist()


def test_a_read_only_picture_is_not_changed() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    image.flags.writeable = False
    assert painted(image, [Rect(2, 2, 5, 5)]).any()


def test_the_covered_places_of_a_frame_are_each_there_once() -> None:
    rects = of_lines(line("Password:", 20, 20), line("Lem0n+Basil1999", 110, 20)).rects
    assert len(set(rects)) == len(rects)
    assert sum(overlap(rect, line("Password:", 20, 20).rect) for rect in rects) == 0
