"""A server that speaks the protocols of both kinds of model over HTTP, and does what its script says.

Each question takes the next step of the script; the last step stays. Steps: `good` (an answer for the scripted
elements), `busy` (429 with Retry-After), `broken` (500), `cut` (the stream ends in the middle), `refusal`,
`truncated`, `nonsense` (no JSON), `wrong` (JSON of another shape), `empty`, `denied` (401), `slow`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SAVE = {"role": "button", "name": "Save", "value": None, "state": ["disabled"], "box": [40, 60, 120, 32]}
GOOD = {"elements": [SAVE]}
WRONG = {"elements": [{"role": "gadget", "name": "?"}]}
MODELS = ("claude-test", "gpt-test")
KEY = "key-of-the-test-account-0001"


@dataclass
class ModelServer:
    """`asked` has every question's body, `keys` what it was authorised with."""

    script: list[str]
    answer: dict[str, Any] = field(default_factory=lambda: GOOD)
    tokens: tuple[int, int] = (1000, 100)
    retry_after: str = "0"
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def base_url(self, provider: str) -> str:
        return self.url if provider == "anthropic" else f"{self.url}/v1"

    def step(self) -> str:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@asynccontextmanager
async def model_server(script: Sequence[str] = ("good",), **more: Any) -> AsyncIterator[ModelServer]:
    server = ModelServer(list(script), **more)
    app = web.Application(client_max_size=64 * 1024**2)

    async def messages(request: web.Request) -> web.StreamResponse:
        return await _messages(server, request)

    async def completions(request: web.Request) -> web.StreamResponse:
        return await _completions(server, request)

    async def models(request: web.Request) -> web.Response:
        server.keys.append(_key(request))
        return _models(request)

    app.router.add_post("/v1/messages", messages)
    app.router.add_post("/v1/chat/completions", completions)
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


def _key(request: web.Request) -> str:
    return request.headers.get("x-api-key") or request.headers.get("Authorization", "").removeprefix("Bearer ")


def _models(request: web.Request) -> web.Response:
    if _key(request) != KEY:
        return web.json_response({"error": {"message": "invalid key"}}, status=401)
    return web.json_response({"data": [{"id": name} for name in MODELS]})


async def _begun(server: ModelServer, request: web.Request) -> tuple[str, web.StreamResponse | None]:
    """The step, and a finished answer where there is no stream."""
    server.asked.append(await request.json())
    server.keys.append(_key(request))
    step = server.step()
    if step == "slow":
        await asyncio.sleep(30)
    refused = {
        "busy": (429, {"Retry-After": server.retry_after}),
        "broken": (500, {}),
        "denied": (401, {}),
    }.get(step)
    if refused is None:
        return step, None
    error = {"type": "error", "error": {"type": "api_error", "message": f"scripted {step}"}}
    return step, web.json_response(error, status=refused[0], headers=refused[1])


def _text(server: ModelServer, step: str) -> str:
    shapes = {"nonsense": "I see a nice page.", "wrong": json.dumps(WRONG), "empty": json.dumps({"elements": []})}
    return shapes.get(step, json.dumps(server.answer))


async def _messages(server: ModelServer, request: web.Request) -> web.StreamResponse:
    """https://docs.anthropic.com/en/docs/build-with-claude/streaming"""
    step, done = await _begun(server, request)
    if done is not None:
        return done
    response = await _stream(request)
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "claude-test",
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": server.tokens[0], "output_tokens": 1},
    }  # fmt: skip
    await _event(response, "message_start", {"message": message})
    text = _text(server, step)
    prose = step in {"nonsense", "refusal"}
    block = (
        {"type": "text", "text": ""}
        if prose
        else {"type": "tool_use", "id": "t1", "name": "report_elements", "input": {}}
    )
    await _event(response, "content_block_start", {"index": 0, "content_block": block})
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        delta = (
            {"type": "text_delta", "text": piece} if prose else {"type": "input_json_delta", "partial_json": piece}
        )
        await _event(response, "content_block_delta", {"index": 0, "delta": delta})
        if step == "cut":
            _drop(request)
            return response
    await _event(response, "content_block_stop", {"index": 0})
    ends = {"refusal": "refusal", "truncated": "max_tokens", "nonsense": "end_turn"}
    end = {"stop_reason": ends.get(step, "tool_use"), "stop_sequence": None}
    await _event(response, "message_delta", {"delta": end, "usage": {"output_tokens": server.tokens[1]}})
    await _event(response, "message_stop", {})
    await response.write_eof()
    return response


async def _completions(server: ModelServer, request: web.Request) -> web.StreamResponse:
    """https://platform.openai.com/docs/api-reference/chat-streaming"""
    step, done = await _begun(server, request)
    if done is not None:
        return done
    response = await _stream(request)
    text = _text(server, step)
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        delta = {"refusal": piece} if step == "refusal" else {"content": piece}
        await _chunk(response, {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if step == "cut":
            _drop(request)
            return response
    finish = "length" if step == "truncated" else "stop"
    await _chunk(response, {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    used = {
        "prompt_tokens": server.tokens[0],
        "completion_tokens": server.tokens[1],
        "total_tokens": sum(server.tokens),
    }
    await _chunk(response, {"choices": [], "usage": used})
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


async def _event(response: web.StreamResponse, kind: str, data: dict[str, Any]) -> None:
    await response.write(f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode())


async def _chunk(response: web.StreamResponse, data: dict[str, Any]) -> None:
    whole = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-test", **data}
    await response.write(f"data: {json.dumps(whole)}\n\n".encode())


def _drop(request: web.Request) -> None:
    """In the middle of the answer."""
    if request.transport is not None:
        request.transport.abort()
