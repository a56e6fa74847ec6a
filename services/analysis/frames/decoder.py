"""The parent of the decoder process: starts it, listens, ends it."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from shared.model.errors import PermanentFailure
from shared.model.part import WHOLE, Part

_LINE_LIMIT = 4 * 1024 * 1024
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DecodeLimits:
    """Time in seconds, memory in bytes of address space."""

    max_duration_ms: int
    budget: int = 24
    memory: int = 4 * 1024**3
    timeout: float = 300.0


@dataclass
class Decoded:
    """As the child said it: see its docstring."""

    frames: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


async def _ignore(video_ms: int) -> None:
    return None


async def decode(
    video: Path,
    out: Path | None,
    *,
    container: str | None,
    limits: DecodeLimits,
    part: Part = WHOLE,
    progress: Callable[[int], Awaitable[None]] = _ignore,
) -> Decoded:
    """Key frames of that part of `video`, with pictures in the folder `out` if there is one.

    Raise PermanentFailure when it cannot be decoded.
    """
    process = await asyncio.create_subprocess_exec(
        *_command(video, out, container, limits, part),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
        limit=_LINE_LIMIT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
    )
    try:
        async with asyncio.timeout(limits.timeout):
            errors = asyncio.create_task(_tail(process.stderr))
            decoded = await _listen(process.stdout, progress)
            code = await process.wait()
            words = await errors
    except TimeoutError:
        message = f"Decoding took longer than {limits.timeout:.0f} s. Record a shorter time or a smaller window."
        raise PermanentFailure("decode_limits", message) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if not decoded.facts:
        raise _died(code, words)
    return decoded


def _command(video: Path, out: Path | None, container: str | None, limits: DecodeLimits, part: Part) -> list[str]:
    command = [sys.executable, "-m", "services.analysis.frames.child", str(video), *([str(out)] if out else [])]
    command += ["--max-duration-ms", str(limits.max_duration_ms), "--budget", str(limits.budget)]
    command += ["--memory", str(limits.memory), "--cpu-seconds", str(round(limits.timeout * 4))]
    command += ["--parent", str(os.getpid()), "--from-ms", str(part.start_ms)]
    command += [] if part.end_ms is None else ["--to-ms", str(part.end_ms)]
    return command + (["--container", container] if container else [])


async def _listen(lines: asyncio.StreamReader | None, progress: Callable[[int], Awaitable[None]]) -> Decoded:
    decoded = Decoded()
    if lines is None:
        return decoded
    async for line in lines:
        for kind, value in json.loads(line).items():
            if kind == "progress":
                await progress(value)
            elif kind == "frame":
                decoded.frames.append(value)
            elif kind == "done":
                decoded.facts = value
            else:
                raise PermanentFailure(value["code"], value["message"])
    return decoded


async def _tail(stream: asyncio.StreamReader | None) -> str:
    """The end of what was written there."""
    words = b""
    while stream is not None and (chunk := await stream.read(65536)):
        words = (words + chunk)[-2000:]
    return words.decode(errors="replace").strip()


def _died(code: int, words: str) -> PermanentFailure:
    _log.warning("decoder died", code=code, stderr=words)
    if code in {-signal.SIGXCPU, -signal.SIGKILL} or "MemoryError" in words:
        message = "Decoding this recording needs more time or memory than is allowed. Record a smaller window."
        return PermanentFailure("decode_limits", message)
    message = "The decoder crashed on this recording, so the file is damaged or not what it says. Record it again."
    return PermanentFailure("damaged_recording", message)
