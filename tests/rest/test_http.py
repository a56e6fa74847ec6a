"""What holds for every answer: request ids, one error body, CORS, limits, health."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from services.gateway.api.routes import ROUTES
from shared.adapters.blobs_files import INCOMING
from tests.rest.forms import CONTENT_TYPE, fields, multipart, video
from tests.rest.service import Service, started

APP = "https://app.example"


async def test_a_request_id_is_kept_or_given(service: Service) -> None:
    given = await service.get("/api/health", headers={"X-Request-Id": "trace-1.A_b"})
    assert given.headers["X-Request-Id"] == "trace-1.A_b"
    made = [(await service.get("/api/health")).headers["X-Request-Id"] for _ in range(2)]
    assert len(set(made)) == 2
    for bad in ("", "a b", "x" * 129, "ä", "<script>"):
        answer = await service.get("/api/health", headers={"X-Request-Id": bad})
        assert answer.headers["X-Request-Id"].startswith("req_")


async def test_the_request_id_stands_in_errors_and_in_the_events(service: Service) -> None:
    missing = await service.get("/api/sessions/sess_x", headers={"X-Request-Id": "trace-2"})
    assert missing.json["requestId"] == "trace-2"
    headers = {"X-Request-Id": "trace-3", "Content-Type": CONTENT_TYPE, "Prefer": "respond-async"}
    body = multipart([*fields(), video()])
    answer = await service.call("POST", "/api/recordings", data=body, headers=headers)
    assert (await service.stored(answer.json["sessionId"])).request_id == "trace-3"


@pytest.mark.parametrize(
    "path",
    ["/web", "/web/x/app.js", "/api", "/api/", "/api/nothing", "/api/sessions/", "/favicon.ico", "//", "/%00"],
)
async def test_an_unknown_address_is_a_404(service: Service, path: str) -> None:
    answer = await service.get(path)
    assert (answer.status, "/api/docs" in answer.message) == (404, True)


async def test_a_method_that_does_not_work_says_which_do(service: Service) -> None:
    answer = await service.call("PUT", "/api/sessions")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")
    for route in ROUTES:
        path = route.path.replace("{id}", "x").replace("{frameId}", "x")
        assert (await service.call("PURGE", path)).status == 405


async def test_health_is_for_everybody_and_tells_no_secrets(service: Service) -> None:
    answer = await service.get("/api/health", user=None)
    assert answer.json["status"] == "ok"
    assert answer.json["checks"] == {"bus": "ok", "store": "ok", "blobs": "ok"}
    (service.folder / "blobs" / INCOMING).rmdir()
    broken = await service.get("/api/health", user=None)
    assert (broken.status, broken.json["status"]) == (200, "degraded")
    assert broken.json["checks"] == {"bus": "ok", "store": "ok", "blobs": "failing"}


async def test_a_store_that_does_not_work_is_a_503_with_retry_after(service: Service) -> None:
    await service.ports.store.close()
    answer = await service.get("/api/settings")
    assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert "try again" in answer.message


async def test_an_upload_without_ingest_is_a_503(tmp_path: Path) -> None:
    async with started(tmp_path / "data") as service:
        body, headers = multipart([*fields(), video()]), {"Content-Type": CONTENT_TYPE}
        (service.folder / "blobs" / INCOMING).rmdir()
        answer = await service.call("POST", "/api/recordings", data=body, headers=headers)
        assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
        assert (await service.get("/api/sessions")).json == []


@pytest.mark.parametrize(
    "gateway",
    [
        {"internal_key": "not the key that the others have, alas"},
        {"ingest_url": "http://127.0.0.1:9", "prompter_url": "http://127.0.0.1:9"},
    ],
    ids=["another key", "nobody there"],
)
async def test_services_that_do_not_work_together_are_our_fault(tmp_path: Path, gateway: dict[str, str]) -> None:
    async with started(tmp_path / "data", gateway=gateway) as service:
        body, headers = multipart([*fields(), video()]), {"Content-Type": CONTENT_TYPE}
        made = (await service.post("/api/sessions", {"title": "t"})).json
        for answer in (
            await service.call("POST", "/api/recordings", data=body, headers=headers),
            await service.get(f"/api/sessions/{made['id']}/prompt"),
            await service.post(f"/api/sessions/{made['id']}/generate-prompt", {}),
        ):
            assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
        assert (await service.get("/api/health")).status == 200


# CORS


async def test_cors_is_closed_unless_it_is_opened(service: Service) -> None:
    preflight = {"Origin": APP, "Access-Control-Request-Method": "POST"}
    for method, headers in (("GET", {"Origin": APP}), ("OPTIONS", preflight)):
        answer = await service.call(method, "/api/health", headers=headers)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert "Vary" not in answer.headers


async def test_cors_opens_for_the_listed_origins(tmp_path: Path) -> None:
    async with started(tmp_path / "data", cors_origins=f"{APP}/, http://localhost:5173") as service:
        preflight = {"Origin": APP, "Access-Control-Request-Method": "PATCH"}
        allowed = await service.call("OPTIONS", "/api/sessions/x", user=None, headers=preflight)
        assert (allowed.status, allowed.headers["Access-Control-Allow-Origin"]) == (204, APP)
        assert "PATCH" in allowed.headers["Access-Control-Allow-Methods"]
        for name in ("Authorization", "Idempotency-Key", "If-Match", "Prefer"):
            assert name in allowed.headers["Access-Control-Allow-Headers"]
        for path, user in (("/api/settings", "usr_ann"), ("/api/settings", None), ("/api/sessions/x", "usr_ann")):
            answer = await service.get(path, user=user, headers={"Origin": APP})
            assert answer.headers["Access-Control-Allow-Origin"] == APP  # of errors too
            assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
        for origin in (
            None,
            "https://evil.example",
            "https://app.example.evil",
            "null",
            "HTTPS://APP.EXAMPLE",
            "*",
        ):
            answer = await service.get("/api/health", headers={"Origin": origin} if origin else {})
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert answer.headers["Vary"] == "Origin"
        foreign = {**preflight, "Origin": "https://evil.example"}
        assert (await service.call("OPTIONS", "/api/sessions/x", headers=foreign)).status == 405


# Limits


async def test_an_account_is_limited_and_told_how_long(tmp_path: Path) -> None:
    async with started(tmp_path / "data", rate_burst=3, rate_per_second=2.0) as service:
        answers = [await service.get("/api/settings") for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"account";q=3;w=2'
        assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
        assert answers[3].headers["Retry-After"] == "1"
        assert answers[3].message == "Too many requests. Try again in 1 s."
        assert (await service.get("/api/settings", user="usr_bob")).status == 200
        assert (await service.get("/api/health")).status == 200
        missing = await service.get("/api/sessions/x", user="usr_bob")
        assert (missing.status, missing.headers["RateLimit"].split(";")[1]) == (404, "r=1")  # errors count too
        await asyncio.sleep(0.6)
        assert (await service.get("/api/settings")).status == 200


async def test_sign_ins_are_limited_by_address(tmp_path: Path) -> None:
    async with started(tmp_path / "data", signin_per_minute=2.0) as service:
        wrong = {"email": "ann@example.com", "password": "guess guess"}
        answers = [await service.post("/api/auth/login", wrong, user=None) for _ in range(3)]
        assert [answer.status for answer in answers] == [401, 401, 429]
        assert 25 <= int(answers[2].headers["Retry-After"]) <= 30
        assert (await service.post("/api/auth/signup", {}, user=None)).status == 429
        assert (await service.get("/api/settings")).status == 200


async def test_metrics_of_routes_do_not_grow_with_ids(service: Service) -> None:
    from prometheus_client import generate_latest

    for number in range(3):
        await service.get(f"/api/sessions/sess_{number}")
    text = generate_latest().decode()
    assert 'route="/api/sessions/{id}",service="gateway",status="404"' in text
    assert "sess_0" not in text


async def test_answers_are_the_same_to_a_client_that_asks_for_compression(service: Service) -> None:
    headers = {"Accept-Encoding": "gzip, br", "Authorization": f"Bearer {service.token()}"}
    async with (
        ClientSession() as http,
        http.get(f"{service.url}/api/settings", headers=headers) as answer,
    ):
        assert (await answer.json())["defaultAgent"] == "CLAUDE_CODE"
