"""Logs say what happened without the secrets of those to whom it happened."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from shared.runtime.logs import configure, without_secrets
from tests.corpora.load import A_KEY as KEY


def test_texts_of_an_event_are_masked() -> None:
    event = {"event": "opened", "url": f"http://x/?token={KEY}", "error": "Password: swordfish"}
    assert without_secrets(None, "info", event) == {
        "event": "opened", "url": "http://x/?token=[masked api key]", "error": "Password: [masked password]",
    }  # fmt: skip


def test_the_event_itself_is_masked() -> None:
    assert without_secrets(None, "info", {"event": f"bad key {KEY}"}) == {"event": "bad key [masked api key]"}


def test_what_is_no_text_or_too_short_for_a_secret_stays() -> None:
    event = {"count": 4242424242424242, "ok": True, "none": None, "list": [1], "pin": "pin=123", "event": ""}
    assert without_secrets(None, "info", dict(event)) == event


def test_ids_of_ours_are_no_secrets() -> None:
    event = {"session": "sess_0123456789abcdef01234567", "trace": "4bf92f3577b34da6a3ce929d0e0e4736"}
    assert without_secrets(None, "info", dict(event)) == event


@contextmanager
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to stderr as JSON; afterwards logging is as it was."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level, before = root.handlers, root.level, structlog.get_config()
    monkeypatch.setattr("sys.stderr", out)
    try:
        configure("info", "json")
        yield out
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.configure(**before)


def test_no_secret_is_written_whoever_logs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with logged(monkeypatch) as out:
        logging.getLogger("some.library").warning("could not open http://ann:%s@host/", "p4ssw0rd")
        structlog.get_logger("ours").warning("opened", url=f"http://x/?token={KEY}")
        try:
            int(f"bad key {KEY}")
        except ValueError:
            logging.getLogger("some.library").exception("it broke")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [
        "could not open http://ann:[masked password]@host/", "opened", "it broke",
    ]  # fmt: skip
    assert "bad key [masked api key]" in lines[2]["exception"]
    assert KEY not in out.getvalue()
    assert "p4ssw0rd" not in out.getvalue()
