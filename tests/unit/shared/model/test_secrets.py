"""Secrets are found by their shape or by what stands round them, and ordinary texts are left alone."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.secrets import Span, luhn, mask, masked, names_a_secret, spans, spans_in, without
from tests.corpora.load import A_KEY as KEY
from tests.corpora.load import Secret, ordinary, secrets

WINDOW = 10
CONSTANT = {"pem-07": "MIIC3TBXBgkqhkiG9w0BBQ0w", "aws-13": "IQoJb3JpZ2luX2VjN"}  # the same in every such secret


def leaked(entry: Secret, text: str) -> list[str]:
    """What of the secret can still be read, in pieces of ten characters; of cards the digits, however grouped."""
    secret = entry.secret.removeprefix(CONSTANT.get(entry.id, ""))
    if entry.kind == "card":
        secret, text = (re.sub(r"\D", "", words) for words in (secret, text))
    pieces = (secret[at : at + WINDOW] for at in range(max(1, len(secret) - WINDOW + 1)))
    return [piece for piece in pieces if piece in text]


def test_there_are_enough_secrets_of_enough_kinds_to_tell() -> None:
    kinds = Counter(entry.kind for entry in secrets())
    assert sum(kinds.values()) >= 60
    assert len(kinds) == 8
    assert all(entry.secret in entry.text for entry in secrets())
    assert all(leaked(entry, entry.text) for entry in secrets())


def test_of_no_secret_a_piece_is_left() -> None:
    left = {entry.id: found for entry in secrets() if (found := leaked(entry, masked(entry.text)))}
    assert left == {}


def test_every_masked_secret_is_counted_by_its_kind() -> None:
    for entry in secrets():
        result = mask(entry.text)
        assert result.kinds, entry
        assert all(f"[masked {kind}]" in result.text for kind in result.kinds)


def test_a_secret_stays_masked_in_what_was_masked_already() -> None:
    left = {entry.id: found for entry in secrets() if (found := leaked(entry, masked(masked(entry.text))))}
    assert left == {}


def test_a_secret_among_ordinary_texts_is_found_all_the_same() -> None:
    """A page has much to say before and after: each secret between two lines of something else."""
    others = [entry.text for entry in ordinary() if "\n" not in entry.text]
    left = []
    for number, entry in enumerate(secrets()):
        above, below = others[number % len(others)], others[(7 * number + 3) % len(others)]
        left += [entry.id] if leaked(entry, masked(f"{above}\n{entry.text}\n{below}")) else []
    assert left == []


def test_ordinary_texts_stay_what_they_are() -> None:
    texts = [entry.text for entry in ordinary()]
    changed = [(text, masked(text)) for text in texts if masked(text) != text]
    assert len(texts) >= 400
    assert len(changed) <= 0.01 * len(texts), changed


@pytest.mark.parametrize(
    "text",
    [
        "", "Password:", "Password: ••••••", "Password: required", "Password is required", "Forgot your password?",
        "Password must have 8 characters", "my password is swordfish", "Password: swordfish was wrong",
        "token: abc", "Access token: none", "pin: on the map", "PIN code", "Api key: 12", "Basic plan",
        "Cookie policy: we use cookies", "http://user@host/", "http://user:@host/", "mailto:ann@example.com",
        "https://shop.example/list?page=2&sort=name", "https://shop.example/list?code=DE", '{"password": ""}',
        "8f14e45fceea167a5a36dedd4bea2543", "550e8400-e29b-41d4-a716-446655440000", "1234567890123",
        "sk-learning-resources-for-all", "4242424242424242.00", "4242 4242 4242 4241", "42 42 42 42 42 42 42 42",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "Password\nSave changes",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{KEY} and {KEY}", "[masked api key] and [masked api key]"),
        ("Card 4242 4242 4242 4242, 12/29", "Card [masked card], 12/29"),
        ("3782-822463-10005", "[masked card]"),
        ("password: swordfish", "password: [masked password]"),
        ("password='with a space'", "password='[masked password]'"),
        ("password=hunter2&remember=1", "password=[masked password]&remember=1"),
        ("Password: swordfish2.", "Password: [masked password]."),
        ("Token: 3f9aK2mQ77xZ", "Token: [masked token]"),
        ("pin: 4711", "pin: [masked token]"),
        ("http://ann:p4ss@host/a", "http://ann:[masked password]@host/a"),
        ("/cb?code=xy12&state=ab34", "/cb?code=[masked url secret]&state=[masked url secret]"),
        ("Authorization: Bearer mF_9.B5f-4.1JqM", "Authorization: Bearer [masked token]"),
        ("Cookie: a=b; Path=/", "Cookie: a=[masked token]; Path=/"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB", "[masked private key]"),
        ("New password\nLem0n+Basil\nRepeat", "New password\n[masked password]\nRepeat"),
    ],
)
def test_a_secret_is_masked_and_nothing_round_it(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"Your key: {KEY}.", "Card 4242 4242 4242 4242", "Password: swordfish", "http://ann:p4ss@host/a",
        "Bearer mF_9.B5f-4.1JqM", "New password\nLem0n+Basil\nRepeat", "-----BEGIN PRIVATE KEY-----\nMIIB",
        "password='with a space'", "/cb?code=xy12&state=ab34", "nothing at all",
    ],
)  # fmt: skip
def test_what_was_masked_is_not_masked_again(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once
    assert mask(once).kinds == ()


@given(st.text(max_size=120))
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_of_two_secrets_at_one_place_the_longer_one_is_taken() -> None:
    assert masked(f"password={KEY}!x") == "password=[masked password]"
    assert masked(f"-----BEGIN PRIVATE KEY-----\n{KEY}") == "[masked private key]"


# A label in one text, its secret in the next


def test_a_secret_belongs_to_the_text_that_it_stands_in() -> None:
    texts = ["New password", "Lem0n+Basil1", "Repeat"]
    assert spans_in(texts, "\n") == [[], [Span(0, 12, "password")], []]
    assert spans_in(["Password:", "swordfish"], " ") == [[], [Span(0, 9, "password")]]
    assert [spans(text) for text in texts] == [[], [], []]


def test_a_secret_over_two_texts_is_a_part_of_both() -> None:
    key = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBg", "-----END PRIVATE KEY-----", "Save"]
    whole = [[Span(0, len(text), "private key")] for text in key[:3]]
    assert spans_in(key, "\n") == [*whole, []]


def test_no_texts_have_no_secrets() -> None:
    assert spans_in([], "\n") == []
    assert spans_in(["", "", KEY], "\n") == [[], [], [Span(0, len(KEY), "api key")]]


def test_only_what_is_given_is_taken_out() -> None:
    result = without("one two three", [Span(0, 3, "card"), Span(8, 13, "jwt")])
    assert (result.text, result.kinds) == ("[masked card] two [masked jwt]", ("card", "jwt"))
    assert without("one", []).text == "one"


# Labels


@pytest.mark.parametrize(
    "label",
    ["Password", "New password *", "PIN", "CVC", "cvv2", "Security code", "API key", "Secret", "Kennwort",
     "Contraseña", "One-time code", "Access token", "Mot de passe"],
)  # fmt: skip
def test_a_label_of_a_field_that_nobody_may_read(label: str) -> None:
    assert names_a_secret(label)


@pytest.mark.parametrize(
    "label",
    ["", "Name", "Password hint", "Forgot password?", "Password policy", "Pinned", "Spinning", "Passport",
     "Card number", "API key name", "Key", "Token expires after"],
)  # fmt: skip
def test_a_label_of_any_other_field(label: str) -> None:
    assert not names_a_secret(label)


@given(st.text("0123456789", min_size=12, max_size=18))
def test_of_ten_last_digits_one_makes_a_card_number(body: str) -> None:
    assert sum(luhn(f"{body}{digit}") for digit in range(10)) == 1
