"""The two protocols, through their SDKs. Answers are streamed, so that a long one is no silence."""

import base64
import json
from collections.abc import Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, cast

from services.analysis.vision.by_model.access import Access
from services.analysis.vision.by_model.answer import SCHEMA, Reply
from services.analysis.vision.by_model.question import MAX_OUTPUT, SYSTEM, Picture, Question

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_TOOL = "report_elements"
_PERMANENT = frozenset({400, 401, 403, 404, 413, 422})
_OPENAI = "api.openai.com"


class ModelUnavailableError(Exception):
    """It may answer later; `retry_after` in seconds is the server's own word, if it gave one."""

    def __init__(self, words: str, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class ModelRejectedError(Exception):
    """It will not answer however often it is asked: a wrong key, an unknown model, a request that is too large."""


class Client(Protocol):
    async def ask(self, question: Question, note: str = "") -> Reply:
        """`note` goes after the question. Raise ModelUnavailableError or ModelRejectedError."""


@asynccontextmanager
async def client(access: Access, timeout: float, proxy: str | None = None) -> "AsyncIterator[Client]":
    """Of the access's provider. `proxy`: all traffic goes through it, so that policy holds for addresses."""
    import httpx2  # noqa: PLC0415  only with a model

    async with httpx2.AsyncClient(proxy=proxy, timeout=timeout, follow_redirects=False, trust_env=False) as http:
        yield _Anthropic(access, http) if access.provider == "anthropic" else _OpenAi(access, http)


class _Anthropic:
    def __init__(self, access: Access, http: Any) -> None:
        from anthropic import AsyncAnthropic  # noqa: PLC0415  only with a model

        self._model = access.model
        self._sdk = AsyncAnthropic(
            api_key=access.api_key, base_url=access.base_url, max_retries=0, http_client=http
        )

    async def ask(self, question: Question, note: str = "") -> Reply:
        import anthropic  # noqa: PLC0415
        import httpx2  # noqa: PLC0415

        content = [self._part(part) for part in _with(question, note)]
        try:
            async with self._sdk.messages.stream(
                model=self._model,
                max_tokens=MAX_OUTPUT,
                system=SYSTEM,
                messages=cast(Any, [{"role": "user", "content": content}]),
                tools=cast(Any, [{"name": _TOOL, "description": "The elements seen.", "input_schema": SCHEMA}]),
                tool_choice=cast(Any, {"type": "tool", "name": _TOOL}),
            ) as stream:
                message = await stream.get_final_message()
        except anthropic.APIStatusError as error:
            raise _status(error) from error
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise ModelUnavailableError(f"the connection to the model broke: {_first(error)}") from error
        used = [block.input for block in message.content if block.type == "tool_use"]
        text = json.dumps(used[0]) if used else "".join(b.text for b in message.content if b.type == "text")
        ends = {"refusal": "refused", "max_tokens": "truncated", "model_context_window_exceeded": "truncated"}
        end = ends.get(message.stop_reason or "", "done")
        return Reply(
            text=text,
            end=cast(Any, end),
            tokens_in=message.usage.input_tokens,
            tokens_out=message.usage.output_tokens,
        )

    def _part(self, part: str | Picture) -> dict[str, Any]:
        if isinstance(part, str):
            return {"type": "text", "text": part}
        data = base64.b64encode(part.data).decode()
        return {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": data}}


class _OpenAi:
    """Any server that speaks the chat completions of OpenAI: theirs, vLLM, Ollama, LM Studio and others."""

    def __init__(self, access: Access, http: Any) -> None:
        from openai import AsyncOpenAI  # noqa: PLC0415  only with a model

        self._model = access.model
        self._own = access.base_url is None or _OPENAI in access.base_url
        self._sdk = AsyncOpenAI(api_key=access.api_key, base_url=access.base_url, max_retries=0, http_client=http)

    async def ask(self, question: Question, note: str = "") -> Reply:
        import httpx2  # noqa: PLC0415
        import openai  # noqa: PLC0415

        content = [self._part(part) for part in _with(question, note)]
        limit = {"max_completion_tokens": MAX_OUTPUT} if self._own else {"max_tokens": MAX_OUTPUT}
        shape = {"name": _TOOL, "schema": SCHEMA, "strict": True}
        try:
            stream = await self._sdk.chat.completions.create(
                model=self._model,
                messages=cast(Any, [{"role": "system", "content": SYSTEM}, {"role": "user", "content": content}]),
                response_format=cast(Any, {"type": "json_schema", "json_schema": shape}),
                stream=True,
                stream_options={"include_usage": True},
                **cast(Any, limit),
            )
            return await self._gathered(stream)
        except openai.APIStatusError as error:
            raise _status(error) from error
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise ModelUnavailableError(f"the connection to the model broke: {_first(error)}") from error

    async def _gathered(self, stream: Any) -> Reply:
        text, refusal, finish, usage = "", "", None, None
        async for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                text += choice.delta.content or ""
                refusal += getattr(choice.delta, "refusal", None) or ""
                finish = choice.finish_reason or finish
        if finish is None:
            raise ModelUnavailableError("the answer broke off in the middle")
        refused = bool(refusal) or finish == "content_filter"
        end = "refused" if refused else "truncated" if finish == "length" else "done"
        told, written = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        return Reply(text=text, end=cast(Any, end), tokens_in=told, tokens_out=written)

    def _part(self, part: str | Picture) -> dict[str, Any]:
        if isinstance(part, str):
            return {"type": "text", "text": part}
        data = base64.b64encode(part.data).decode()
        return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}", "detail": "high"}}


def _with(question: Question, note: str) -> Iterable[str | Picture]:
    return (*question.parts, note) if note else question.parts


def _status(error: Any) -> ModelUnavailableError | ModelRejectedError:
    """By the status: what the client did wrong stays wrong, everything else may pass."""
    status = int(error.status_code)
    words = f"the model's server answers {status}: {_first(error)}"
    if status in _PERMANENT:
        return ModelRejectedError(words)
    return ModelUnavailableError(words, _retry_after(error.response.headers))


def _retry_after(headers: Any) -> float | None:
    try:
        if "retry-after-ms" in headers:
            return float(headers["retry-after-ms"]) / 1000
        return float(headers["retry-after"])
    except (KeyError, ValueError):
        return None


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
