"""Ids, times, addresses, keys, envelopes: small values that everything else relies on."""

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.model import blob_keys
from shared.model.envelope import Envelope
from shared.model.events import (
    EVENTS,
    PREFIX,
    QUEUES,
    TERMINAL_TYPES,
    PromptRequested,
    RecordingStored,
    RecordingSubmit,
    queues_for,
)
from shared.model.ids import asset_id, asset_parts, derived_id, new_id
from shared.model.outcomes import MAX_ATTEMPTS, RETRY_LADDER_S, DeadLetter, Retry, retry_or_give_up
from shared.model.timestamps import Timestamp, iso, to_millis
from shared.model.web_address import web_address
from shared.ports.blobs import checked_key
from tests.samples import NOON, a_session

FIRST, LAST = datetime.min, datetime.max  # noqa: DTZ901  the zone is what is tried out
DAY = timedelta(days=1)

moments = st.datetimes(FIRST + DAY, LAST - DAY, timezones=st.timezones())
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIME = TypeAdapter[datetime](Timestamp)


def test_ids_are_long_and_never_the_same() -> None:
    made = {new_id("sess") for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(each) == len("sess_") + 24 and each.startswith("sess_") for each in made)


@given(st.lists(st.text(max_size=5) | st.integers(), min_size=1, max_size=3))
def test_derived_ids_are_the_same_for_the_same_parts(parts: list[str | int]) -> None:
    assert derived_id("frm", *parts) == derived_id("frm", *parts)
    assert derived_id("frm", *parts) != derived_id("frm", *parts, "")
    assert derived_id("frm", "ab", "c") != derived_id("frm", "a", "bc")


def test_an_asset_id_holds_session_and_frame() -> None:
    session, frame = new_id("sess"), new_id("frm")
    assert asset_parts(asset_id(session, frame)) == (session, frame)


@pytest.mark.parametrize(
    "text", ["", "ast_", "ast_" + "0" * 47, "ast_" + "G" * 48, "frm_" + "0" * 48, "ast_" + "0" * 48 + "\n"]
)
def test_what_is_no_asset_id_has_no_parts(text: str) -> None:
    assert asset_parts(text) is None


@given(moments)
def test_times_are_utc_in_milliseconds_and_survive_json(moment: datetime) -> None:
    cut = to_millis(moment)
    assert cut.utcoffset() == timedelta(0)
    assert timedelta(0) <= moment - cut < timedelta(milliseconds=1)
    assert datetime.fromisoformat(iso(moment)) == cut
    assert len(iso(moment)) == len("2026-01-31T12:00:00.000Z")
    assert TIME.validate_json(TIME.dump_json(cut)) == cut


@given(moments, moments)
def test_written_times_sort_like_times(one: datetime, other: datetime) -> None:
    assert (iso(one) < iso(other)) == (to_millis(one) < to_millis(other))


@given(zones)
def test_a_moment_outside_of_utc_is_a_value_error(zone: timezone) -> None:
    for edge in (FIRST, LAST):
        moment = edge.replace(tzinfo=zone)
        try:
            assert to_millis(moment).tzinfo is UTC
        except ValueError:
            with pytest.raises(ValidationError):
                TIME.validate_python(moment)


def test_a_time_without_a_zone_is_none() -> None:
    with pytest.raises(ValidationError):
        TIME.validate_python(datetime(2026, 1, 1))  # noqa: DTZ001  that is the point


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:3000", "https://example.com/", "http://[::1]:8080/x", "HTTP://EXAMPLE.COM", "http://ä.example/ü",
        "http://user:pw@host/", "http://127.1", "http://x/?a=b#c", "http://x:65535", " http://x \n",
    ],
)  # fmt: skip
def test_web_addresses(address: str) -> None:
    assert web_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "x", "//x", "/x", "http:", "http://", "http:///x", "http://:80", "ftp://x", "javascript:alert(1)",
        "file:///etc/passwd", "data:text/html,x", "http://a b/", "http://x/\ny", "http://x/\x00", "http://x:65536",
        "http://x:0", "http://x:abc", "http://[::1", "about:blank", "http://x/" + "a" * 2048, "ws://x", "http//x",
    ],
)  # fmt: skip
def test_what_is_no_web_address(address: str) -> None:
    with pytest.raises(ValueError, match="must be an absolute http:// or https:// address"):
        web_address(address)


@given(st.text(max_size=60))
def test_any_text_is_a_web_address_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert web_address(text).lower().startswith(("http://", "https://"))


def test_keys_of_a_session_lie_together_and_lead_back_to_it() -> None:
    session, frame = new_id("sess"), new_id("frm")
    made = [
        blob_keys.recording_key(session), blob_keys.image_key(session, frame),
        blob_keys.thumbnail_key(session, frame),
        blob_keys.vision_key(session), blob_keys.inspection_key(session), blob_keys.analysis_key(session),
    ]  # fmt: skip
    assert len(set(made)) == 6
    for key in made:
        assert checked_key(key).startswith(f"{blob_keys.session_prefix(session)}/")
        assert blob_keys.session_of(key) == session


@pytest.mark.parametrize("key", ["", "sessions", "sessions/sess_1", "other/sess_1/x"])
def test_other_keys_belong_to_no_session(key: str) -> None:
    assert blob_keys.session_of(key) is None


@given(st.text(alphabet=".-_aA0/~ä %\\\n", max_size=12))
def test_a_checked_key_stays_in_its_place(key: str) -> None:
    try:
        parts = checked_key(key).split("/")
    except ValueError:
        return
    assert all(part and part not in {".", ".."} and part.isascii() for part in parts)
    assert not set(key) & set("~ä %\\\n")


def test_event_types_are_named_and_go_somewhere() -> None:
    names = [event.TYPE for event in EVENTS]
    assert len(set(names)) == len(names)
    assert all(name.startswith(PREFIX) and name.endswith(".v1") for name in names)
    assert TERMINAL_TYPES < set(names)
    assert queues_for(RecordingStored.TYPE) == ("frames", "aria")
    assert queues_for("org.example.unknown") == ()
    assert {each for wanted in QUEUES.values() for each in wanted} <= {*EVENTS, RecordingSubmit}


def test_events_travel_in_camel_case_and_refuse_what_they_do_not_know() -> None:
    event = PromptRequested(session_id="sess_1", user_id="usr_1")
    assert event.model_dump(by_alias=True, exclude_none=True) == {"sessionId": "sess_1", "userId": "usr_1"}
    assert PromptRequested.model_validate({"sessionId": "sess_1", "userId": "usr_1"}) == event
    with pytest.raises(ValidationError):
        PromptRequested.model_validate({"sessionId": "sess_1", "userId": "usr_1", "x": 1})


def test_an_envelope_is_a_cloud_event() -> None:
    made = Envelope(id="evt_1", type=RecordingStored.TYPE, subject="sess_1", time=NOON, data={"ü": 1})
    written = json.loads(made.to_json())
    assert written == {
        "specversion": "1.0", "id": "evt_1", "source": "/claude-scope", "type": "scope.recording.stored.v1",
        "subject": "sess_1", "time": "2026-03-01T12:00:00.000Z", "datacontenttype": "application/json",
        "data": {"ü": 1},
    }  # fmt: skip
    assert Envelope.model_validate_json(made.to_json()) == made
    assert Envelope.model_validate({**written, "otherextension": "x"}) == made


def test_the_ladder_ends() -> None:
    steps = [retry_or_give_up(attempt, "why") for attempt in range(1, MAX_ATTEMPTS + 2)]
    assert steps[:-2] == [Retry(wait, "why") for wait in RETRY_LADDER_S]
    assert steps[-2] == DeadLetter("gave up after 5 attempts: why")
    assert isinstance(steps[-1], DeadLetter)


def test_what_a_session_counts() -> None:
    made = a_session(duration_ms=61_499.0, urls=("a", "b"), manual_frame_count=9, manual_url_count=8)
    assert (made.frame_count, made.url_count, made.duration_s) == (0, 2, 61)
    by_hand = made.model_copy(update={"origin": "manual"})
    assert (by_hand.frame_count, by_hand.url_count) == (9, 8)
    assert a_session().duration_s == 0
