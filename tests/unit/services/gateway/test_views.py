"""From the model to the bodies of the contract; links to thumbnails; the limits' header fields."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.api import views
from services.gateway.api.call import etag_matches, etag_of
from services.gateway.assets import AssetLinks
from services.gateway.limits import fields
from services.gateway.settings import GatewaySettings
from shared.model.analysis import Analysis, Inspection
from shared.model.evidence import Box, FrameElements, PageCounts, PageNode, PageSnapshot
from shared.model.session import Failure, Lane, Lanes
from shared.ports.store import Allowance, DayCount
from tests.samples import NOON, a_frame, a_recording, a_session, an_account, an_element, at

LINKS = AssetLinks(b"k" * 32, 3600)
FRAMES = tuple(a_frame("sess_" + "0" * 24, ms) for ms in (0.0, 500.0, 900.0))
SAVE = an_element("b", "button", "Save", state=("disabled",))
SEEN = (
    FrameElements(frame_id=FRAMES[0].id, elements=(SAVE,)),
    FrameElements(frame_id=FRAMES[1].id, elements=(SAVE.model_copy(update={"state": ()}),)),
)


def dumped(body: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(body.model_dump_json(by_alias=True))  # type: ignore[attr-defined]
    return found


def test_a_session_has_the_documented_members_and_no_others() -> None:
    session = a_session(duration_ms=61_500.0, processing_ms=7, inbox=("k",), request_id="req-1")
    body = dumped(views.session_body(session))
    assert set(body) == {
        "id", "userId", "title", "origin", "seedUrl", "status", "duration", "frameCount", "urls", "urlCount",
        "agentTarget", "processingTime", "prompt", "promptStatus", "promptError", "notes", "lastError",
        "processingStatus", "createdAt", "updatedAt",
    }  # fmt: skip
    assert (body["duration"], body["createdAt"]) == (62, "2026-03-01T12:00:00.000Z")


def test_lanes_leave_out_what_they_do_not_have() -> None:
    lanes = Lanes(
        vision_lane=Lane(status="error", started_at=NOON, completed_at=at(1), error="no", detail="2 of 3")
    )
    body = dumped(views.processing_status(a_session(lanes=lanes)))
    assert body["visionLane"] == {
        "status": "error", "startedAt": "2026-03-01T12:00:00.000Z", "completedAt": "2026-03-01T12:00:01.000Z",
        "error": "no", "detail": "2 of 3",
    }  # fmt: skip
    assert body["synthesis"] == {"status": "pending"}
    assert body["lastError"] == "no"
    assert "lastError" not in dumped(views.processing_status(a_session()))


def test_the_last_error_is_why_it_failed() -> None:
    lanes = Lanes(playwright_lane=Lane(status="error", error="a page"))
    failed = a_session(lanes=lanes, stage="error", failure=Failure(code="vision_failed", message="no frame"))
    assert views.session_body(failed).last_error == "no frame"


def test_frames_are_in_time_order_and_tell_what_changed() -> None:
    session = a_session(frames=tuple(reversed(FRAMES)))
    first, second, third = views.frame_bodies(session, Analysis(frames=SEEN), LINKS, NOON)
    assert [each.timestamp for each in (first, second, third)] == [0.0, 500.0, 900.0]
    assert dumped(first)["ariaTree"] == [
        {
            "role": "button", "name": "Save", "state": ["disabled"], "source": "vision",
            "box": {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.05},
        }
    ]  # fmt: skip
    assert (second.diff_summary.changed, second.aria_tree[0].diff_status) == (1, "changed")
    assert (third.diff_summary.removed, third.aria_tree[0].diff_status) == (1, "removed")  # it was not analysed
    assert first.thumbnail_url.startswith(f"/api/assets/{FRAMES[0].asset_id}?")


def test_without_an_analysis_there_are_frames_and_no_analysis() -> None:
    body = views.detail(a_session(frames=FRAMES), None, LINKS, NOON)
    assert body.analysis is None
    assert [frame.aria_tree for frame in body.frames] == [[], [], []]


def test_an_inspection_has_its_pages_and_why_not() -> None:
    node = PageNode(role="link", name="Home", url="/x", box=Box(x=0, y=0, width=1, height=1))
    tree = (PageNode(role="main", children=(node,)),)
    good = PageSnapshot(url="http://x/", success=True, counts=PageCounts(links=1, total=1), tree=tree)
    bad = PageSnapshot(url="http://y/", success=False, error="refused")
    body = dumped(views.inspection_body(Inspection(urls_inspected=("http://x/",), snapshots=(good, bad))))
    one, two = body["snapshots"]  # type: ignore[misc]
    child = {"role": "link", "name": "Home", "box": {"x": 0, "y": 0, "width": 1, "height": 1}, "source": "aria"}
    assert one["ariaTree"] == [{"role": "main", "name": "", "children": [child], "source": "aria"}]
    assert (two["success"], two["error"], "ariaTree" in two, "error" in one) == (False, "refused", False, False)


def test_a_processing_response_is_whole() -> None:
    session = a_session(stage="complete", frames=FRAMES, prompt="p", prompt_status="complete", processing_ms=9)
    session = session.model_copy(update={"recording": a_recording(session.id, size=77)})
    body = dumped(views.processing(session, Analysis(frames=SEEN), LINKS, NOON))
    assert (body["fileSize"], body["mimeType"], body["frameCount"], body["status"]) == (
        77,
        "video/webm",
        3,
        "complete",
    )


def test_an_account_shows_no_hash() -> None:
    body = dumped(views.user_body(an_account(id="usr_1", email="a@x.de", password_hash="secret")))
    assert body == {"id": "usr_1", "name": "Ann", "email": "a@x.de", "avatarUrl": None}


@pytest.mark.parametrize(
    ("prompt", "listed"),
    [
        ("![S1](data:image/webp;base64,AAAA)", "[S1](/api/sessions/sess_1/prompt)"),
        ("a ![](data:image/png;base64,A/+=) b", "a [](/api/sessions/sess_1/prompt) b"),
        ("![S1](https://x/y.png) [t](data:image/webp;base64,AA)",
        "![S1](https://x/y.png) [t](data:image/webp;base64,AA)"),
        ("\\1 \\g<0> ![x](data:image/webp;base64,A)", "\\1 \\g<0> [x](/api/sessions/sess_1/prompt)"),
        (None, None),
        ("", ""),
    ],
)  # fmt: skip
def test_lists_leave_screenshots_out(prompt: str | None, listed: str | None) -> None:
    assert views.listed(a_session(id="sess_1", prompt=prompt)).prompt == listed


# Links


def parts(url: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in url.partition("?")[2].split("&"))


@given(st.integers(0, 10**6), st.sampled_from([1, 60, 3600]))
def test_a_link_is_good_for_one_to_two_lives(second: int, ttl: int) -> None:
    links, now = AssetLinks(b"k", ttl), NOON + timedelta(seconds=second)
    given_parts = parts(links.of("ast_1", now).thumbnail)
    left = int(given_parts["expires"]) - now.timestamp()
    assert ttl < left <= 2 * ttl
    assert links.valid("ast_1", **given_parts, now=now)
    assert links.valid("ast_1", **given_parts, now=now + timedelta(seconds=left - 0.001))
    assert not links.valid("ast_1", **given_parts, now=now + timedelta(seconds=left))


def test_a_link_stays_the_same_for_a_while_and_is_for_one_picture() -> None:
    assert LINKS.of("ast_1", NOON) == LINKS.of("ast_1", NOON + timedelta(seconds=3599))
    mine = parts(LINKS.of("ast_1", NOON).thumbnail)
    assert not LINKS.valid("ast_2", **mine, now=NOON)
    assert not AssetLinks(b"other", 3600).valid("ast_1", **mine, now=NOON)


@given(st.text(max_size=20), st.text(max_size=70))
def test_no_other_words_make_a_link(expires: str, signature: str) -> None:
    assert not LINKS.valid("ast_1", expires, signature, NOON)


# Limits, validators, settings


def test_limits_are_told_as_structured_fields() -> None:
    told = fields("account", 120, 20.0, Allowance(True, 119, 0.0, 0.05))
    assert told == {"RateLimit-Policy": '"account";q=120;w=6', "RateLimit": '"account";r=119;t=1'}
    slow = fields("signin", 1, 0.01, Allowance(False, 0, 99.2, 99.2))
    assert slow == {"RateLimit-Policy": '"signin";q=1;w=100', "RateLimit": '"signin";r=0;t=100'}


def test_etags_are_strong_and_follow_the_content() -> None:
    one, two = (views.session_body(a_session(id="sess_1", title=title)) for title in ("a", "b"))
    assert etag_of(one) != etag_of(two)
    assert etag_of(one) == etag_of(one.model_copy())
    assert etag_of(one).startswith('"')


@pytest.mark.parametrize(
    ("header", "matches"),
    [('"a"', True), ('W/"a"', True), ('"x", "a"', True), ("*", True), ("", False), ("a", False), ('"aa"', False)],
)
def test_if_none_match(header: str, matches: bool) -> None:
    assert etag_matches(header, '"a"') is matches


def test_origins_come_as_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOPE_CORS_ORIGINS", "https://a.example, http://localhost:5173,")
    assert GatewaySettings().cors_origins == ("https://a.example", "http://localhost:5173")
    monkeypatch.setenv("SCOPE_CORS_ORIGINS", "")
    assert GatewaySettings().cors_origins == ()


def test_days_without_sessions_are_zeros() -> None:
    today = date(2028, 3, 1)
    counts = [DayCount(date(2028, 2, 1), 3, 1), DayCount(date(2028, 2, 29), 2, 2), DayCount(date(2028, 3, 2), 9, 9)]
    days = views.per_day(counts, today)
    assert (len(days), days[0].date, days[-1].date) == (30, date(2028, 2, 1), today)
    assert [day.date for day in days] == sorted(day.date for day in days)
    assert [(day.sessions, day.completed) for day in days] == [(3, 1), *[(0, 0)] * 27, (2, 2), (0, 0)]
    assert dumped(days[0]) == {"date": "2028-02-01", "sessions": 3, "completed": 1}
    assert views.first_moment(today) == datetime(2028, 2, 1, tzinfo=UTC)
