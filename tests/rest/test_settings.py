"""The five settings: what a new account has, partial changes, and refusals that change nothing."""

import asyncio

import pytest

from tests.rest.service import Service

NEW = {
    "defaultAgent": "CLAUDE_CODE",
    "includeScreenshots": True,
    "inlineAriaTree": True,
    "includeRawDiff": False,
    "maxRecordingLength": 10,
}


async def test_a_new_account_has_the_documented_settings(service: Service) -> None:
    assert (await service.get("/api/settings")).json == NEW


@pytest.mark.parametrize(
    "change",
    [
        {"defaultAgent": "CODEX"},
        {"includeScreenshots": False},
        {"inlineAriaTree": False},
        {"includeRawDiff": True},
        {"maxRecordingLength": 5},
        {"maxRecordingLength": 15},
        {"maxRecordingLength": 30, "defaultAgent": "RAW"},
        {},
    ],
)
async def test_a_partial_change_leaves_the_rest(service: Service, change: dict[str, object]) -> None:
    assert (await service.patch("/api/settings", change)).json == {**NEW, **change}
    assert (await service.get("/api/settings")).json == {**NEW, **change}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"defaultAgent": "claude_code"}, "defaultAgent"),
        ({"defaultAgent": None}, "defaultAgent"),
        ({"includeScreenshots": None}, "includeScreenshots"),
        ({"inlineAriaTree": "true"}, "inlineAriaTree"),
        ({"includeRawDiff": 1}, "includeRawDiff"),
        ({"maxRecordingLength": "5"}, "maxRecordingLength"),
        ({"maxRecordingLength": 7}, "maxRecordingLength"),
        ({"maxRecordingLength": "ten"}, "maxRecordingLength"),
        ({"maxRecordingLength": None}, "maxRecordingLength"),
        ({"theme": "dark"}, "theme"),
        ({"default_agent": "RAW"}, "default_agent"),
    ],
)
async def test_a_refusal_names_the_property_and_changes_nothing(
    service: Service, change: dict[str, object], field: str
) -> None:
    answer = await service.patch("/api/settings", {"includeRawDiff": True, **change})
    assert (answer.status, answer.fields) == (400, [field])
    assert (await service.get("/api/settings")).json == NEW


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"1", b'{"a":' * 2000])
async def test_what_is_no_json_object_is_refused(service: Service, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await service.call("PATCH", "/api/settings", data=body, headers=headers)
    assert answer.status == (400 if body else 200)  # no body is an empty one


async def test_another_media_type_is_refused(service: Service) -> None:
    answer = await service.call("PATCH", "/api/settings", data={"defaultAgent": "RAW"})
    assert (answer.status, "application/json" in answer.message) == (400, True)


async def test_changes_at_once_are_all_kept(service: Service) -> None:
    await service.get("/api/settings")
    changes = [
        {"includeRawDiff": True},
        {"inlineAriaTree": False},
        {"defaultAgent": "RAW"},
        {"maxRecordingLength": 5},
    ]
    answers = await asyncio.gather(*(service.patch("/api/settings", change) for change in changes))
    assert {answer.status for answer in answers} == {200}
    expected = {**NEW, **changes[0], **changes[1], **changes[2], **changes[3]}
    assert (await service.get("/api/settings")).json == expected


async def test_new_sessions_follow_the_settings(service: Service) -> None:
    await service.patch("/api/settings", {"defaultAgent": "CURSOR"})
    assert (await service.post("/api/sessions", {"title": "t"})).json["agentTarget"] == "CURSOR"
    given = await service.post("/api/sessions", {"title": "t", "agentTarget": "RAW"})
    assert given.json["agentTarget"] == "RAW"
