"""Asking a model about the frames of a recording: a few at once, within a ceiling, each question paid once."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from services.analysis.vision.by_model.access import Access
from services.analysis.vision.by_model.answer import NoAnswerError, Reply, elements, understood, without_secrets
from services.analysis.vision.by_model.clients import (
    Client,
    ModelRejectedError,
    ModelUnavailableError,
    client,
)
from services.analysis.vision.by_model.question import MAX_OUTPUT, Question, question
from services.analysis.vision.pictures import decoded
from shared.model.analysis import ModelUsage
from shared.model.blob_keys import answer_key
from shared.model.evidence import Box, Element, FrameElements
from shared.model.secrets import masked
from shared.ports.blobs import BlobMissing, Blobs
from shared.runtime.outbound.policy import UrlPolicy
from shared.runtime.outbound.proxy import Proxy
from shared.runtime.outbound.visit import Limits

_ATTEMPTS = 3
_LONGEST_WAIT = 30.0
_TRAFFIC = Limits(total_bytes=512 * 1024**2, requests=1000, idle_seconds=300.0)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ModelLook:
    """A frame to be asked about: its picture with secrets masked (PNG), what changed, what was read locally."""

    picture: bytes
    changed: tuple[Box, ...]
    local: FrameElements


@dataclass(frozen=True)
class Seen:
    """In the order of the frames; those without a model's answer are the local ones. `trouble` says why not."""

    frames: tuple[FrameElements, ...]
    usage: ModelUsage
    trouble: str | None = None


class _TooDearError(Exception):
    pass


@dataclass(frozen=True)
class ModelVision:
    """`ceiling`: US dollars for one recording at the most. Times are seconds."""

    access: Access
    policy: UrlPolicy
    ceiling: float
    concurrency: int = 3
    timeout: float = 120.0
    backoff: float = 1.0

    async def look(self, blobs: Blobs, session_id: str, looks: Sequence[ModelLook]) -> Seen:
        """Never fails for what the model or its server does."""
        async with AsyncExitStack() as stack:
            asked = await stack.enter_async_context(client(self.access, self.timeout, await self._proxy(stack)))
            run = _Run(self, asked, blobs, session_id)
            frames = await asyncio.gather(*(run.frame(n, looks) for n in range(len(looks))))
        return Seen(tuple(frames), run.usage(), run.trouble(len(looks)))

    async def _proxy(self, stack: AsyncExitStack) -> str | None:
        """For an address that an account gave: resolved once, judged, and connected to at that very address."""
        if self.access.trusted:
            return None
        proxy = await stack.enter_async_context(Proxy(self.policy))
        visit = proxy.open(_TRAFFIC)
        return f"http://{visit.user}:{visit.password}@127.0.0.1:{proxy.port}"


@dataclass
class _Run:
    model: ModelVision
    client: Client
    blobs: Blobs
    session_id: str
    spent: float = 0.0
    reserved: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    calls: int = 0
    cached: int = 0
    answered: int = 0
    troubles: list[str] = field(default_factory=list)
    hopeless: str | None = None
    gate: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.gate = asyncio.Semaphore(self.model.concurrency)

    async def frame(self, number: int, looks: Sequence[ModelLook]) -> FrameElements:
        """The local elements where the model has no answer."""
        look, before = looks[number], looks[number - 1].picture if number else None
        async with self.gate:
            began = time.perf_counter()
            asked = await asyncio.to_thread(_asked, look, before, f"Screen {number + 1}")
            try:
                seen = await self._answer(asked, look)
            except NoAnswerError as error:
                self.troubles.append(f"{error.kind}: {error}")
            except ModelRejectedError as error:
                self.hopeless = str(error)
                self.troubles.append(str(error))
            except ModelUnavailableError as error:
                self.troubles.append(str(error))
            except _TooDearError:
                self.troubles.append(f"the ceiling of {self.model.ceiling:.2f} US dollars was reached")
            else:
                self.answered += 1
                took = round((time.perf_counter() - began) * 1000, 1)
                return look.local.model_copy(update={"elements": seen, "model_ms": took})
        return look.local

    async def _answer(self, asked: Question, look: ModelLook) -> tuple[Element, ...]:
        """Once more, with what was wrong, when the answer was none."""
        picture, local = asked.picture, look.local.elements
        try:
            answer = understood(await self._reply(asked, ""))
        except NoAnswerError as error:
            if error.kind not in {"invalid", "empty"}:
                raise
            note = f"Your last answer could not be used ({error}). Answer again, with JSON of the schema only."
            answer = understood(await self._reply(asked, note))
        return elements(answer, local, picture.width, picture.height)

    async def _reply(self, asked: Question, note: str) -> Reply:
        """From the store when it was asked before: no call is paid twice."""
        access = self.model.access
        key = answer_key(self.session_id, asked.digest(access.provider, access.model, note))
        try:
            stored = Reply.model_validate_json(await self.blobs.get(key))
        except BlobMissing:
            reply = await self._paid(asked, note)
            kept = reply.model_copy(update={"text": without_secrets(reply.text)})
            await self.blobs.put(key, kept.model_dump_json(by_alias=True).encode())
            return reply
        self.cached += 1
        self._count(stored.tokens_in, stored.tokens_out)
        return stored

    async def _paid(self, asked: Question, note: str) -> Reply:
        """The dearest that it can become is reserved first, so that calls at the same time keep the ceiling too."""
        most = self.model.access.cost(asked.tokens, MAX_OUTPUT)
        if self.hopeless is not None:
            raise ModelRejectedError(self.hopeless)
        if self.spent + self.reserved + most > self.model.ceiling:
            raise _TooDearError
        self.reserved += most
        try:
            reply = await self._tried(asked, note)
        finally:
            self.reserved -= most
        self._count(reply.tokens_in or asked.tokens, reply.tokens_out)
        return reply

    async def _tried(self, asked: Question, note: str) -> Reply:
        for attempt in range(1, _ATTEMPTS + 1):
            self.calls += 1
            try:
                return await self.client.ask(asked, note)
            except ModelUnavailableError as error:
                if attempt == _ATTEMPTS:
                    raise
                wait = (
                    error.retry_after if error.retry_after is not None else self.model.backoff * 2 ** (attempt - 1)
                )
                _log.warning("the model did not answer", attempt=attempt, wait_s=wait, reason=str(error))
                await asyncio.sleep(min(wait, _LONGEST_WAIT))
        raise AssertionError("unreachable")

    def _count(self, tokens_in: int, tokens_out: int) -> None:
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.spent += self.model.access.cost(tokens_in, tokens_out)

    def usage(self) -> ModelUsage:
        access = self.model.access
        return ModelUsage(
            provider=access.provider,
            model=access.model,
            frames=self.answered,
            calls=self.calls,
            cached=self.cached,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            cost_usd=round(self.spent, 6),
        )

    def trouble(self, frames: int) -> str | None:
        """None when every frame was answered."""
        if not self.troubles:
            return None
        (usual, count), *_ = Counter(self.troubles).most_common(1)
        more = f" and {len(self.troubles) - count} other reason(s)" if len(self.troubles) > count else ""
        return f"{len(self.troubles)} of {frames} frames were read locally instead ({masked(usual)}{more})"


def _asked(look: ModelLook, before: bytes | None, label: str) -> Question:
    earlier = decoded(before) if before is not None else None
    return question(decoded(look.picture), look.changed, look.local.elements, earlier, label)
