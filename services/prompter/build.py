"""Building a session's prompt: gathers what it needs from the object store, then pure code does the rest."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from services.prompter.brief import brief
from services.prompter.limits import Limits, fitted
from services.prompter.render import render
from services.prompter.settings import PrompterSettings
from shared.model.accounts import AgentTarget, PromptOptions
from shared.model.analysis import Analysis
from shared.model.blob_keys import analysis_key
from shared.model.diff import diffs
from shared.model.session import FrameRef, Session
from shared.ports.blobs import BlobMissing, Blobs


@dataclass(frozen=True)
class Wish:
    """What to build; None means as the session has it."""

    agent_target: AgentTarget | None = None
    options: PromptOptions | None = None
    frame_ids: tuple[str, ...] | None = None


async def build(blobs: Blobs, session: Session, wish: Wish, settings: PrompterSettings) -> str:
    """The prompt as text, within the settings' length."""
    analysis = await load_analysis(blobs, session.id)
    options = wish.options or session.options
    frames = [f for f in session.frames if wish.frame_ids is None or f.id in wish.frame_ids]
    shown = most_telling(frames, analysis, settings.prompt_screenshots) if options.include_screenshots else []
    screenshots = await _screenshots(blobs, shown)

    def make(limits: Limits, cut: bool) -> str:
        told = brief(
            session,
            analysis,
            target=wish.agent_target or session.agent_target,
            options=options,
            frames=frames,
            screenshots=screenshots,
            limits=limits,
            cut=cut,
        )
        return render(told)

    return fitted(make, settings.prompt_tokens)


async def load_analysis(blobs: Blobs, session_id: str) -> Analysis:
    """Empty for a session that has none (made by hand, or ended too early)."""
    try:
        return Analysis.model_validate_json(await blobs.get(analysis_key(session_id)))
    except BlobMissing:
        return Analysis()


def most_telling(frames: Sequence[FrameRef], analysis: Analysis, limit: int) -> list[FrameRef]:
    """First, last, and those in between whose elements or pixels changed most; in time order."""
    if len(frames) <= limit:
        return list(frames)
    changes = diffs([analysis.elements_of(frame.id) for frame in frames])

    def weight(index: int) -> tuple[bool, float]:
        change = changes[index]
        pixels = sum(box.width * box.height for box in frames[index].changed_boxes)
        return (index in {0, len(frames) - 1}, len(change.added) + len(change.changed) + 4 * min(1.0, pixels))

    best = sorted(range(len(frames)), key=weight, reverse=True)[:limit]
    return [frames[index] for index in sorted(best)]


async def _screenshots(blobs: Blobs, frames: Sequence[FrameRef]) -> dict[str, str]:
    found = {}
    for frame in frames:
        try:
            data = await blobs.get(frame.thumbnail_key)
        except BlobMissing:
            continue
        found[frame.id] = f"data:image/webp;base64,{base64.b64encode(data).decode()}"
    return found
