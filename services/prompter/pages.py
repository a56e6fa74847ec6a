"""What the live page said of itself, and what nobody could see. Pure."""

from collections.abc import Mapping, Sequence

from services.prompter.limits import Limits
from services.prompter.suspicion import marked
from services.prompter.words import clean, quoted
from shared.model.accounts import PromptOptions
from shared.model.analysis import Analysis
from shared.model.evidence import PageSnapshot
from shared.model.secrets import masked
from shared.model.session import FrameRef, Session

_CUT = (
    "To stay within the length that was asked for, only the most telling changes and elements are listed here;"
    " the whole evidence is in the session."
)


def facts(page: PageSnapshot, limits: Limits) -> list[str]:
    if not page.success:
        reason = clean(masked(page.error or "no reason given"), 400)
        return [marked(f"{_address(page.url)} could not be opened: {reason}")]
    counts = page.counts
    title = f", title {quoted(page.title)}" if page.title else ""
    language = f", language {clean(page.language, 20)}" if page.language else ""
    numbers = f"{counts.buttons} buttons, {counts.inputs} inputs, {counts.links} links"
    more = f"{counts.headings} headings, {counts.images} images"
    lines = [f"{_address(page.url)} was opened{title}{language}: {numbers}, {more}"]
    lines += _some("console error", page.console_errors, limits.facts)
    lines += _some("failed request", page.failed_requests, limits.facts)
    lines += [clean(page.note, 300)] if page.note else []
    return [marked(line) for line in lines]


def _address(url: str) -> str:
    return clean(masked(url), 300)


def _some(what: str, texts: Sequence[str], limit: int) -> list[str]:
    lines = [f"{what}: {quoted(masked(text))}" for text in texts[:limit]]
    return [*lines, f"… and {len(texts) - limit} more of this kind"] if len(texts) > limit else lines


def unseen(
    session: Session,
    analysis: Analysis,
    frames: Sequence[FrameRef],
    screenshots: Mapping[str, str],
    options: PromptOptions,
) -> list[str]:
    """What the reader must not take for granted."""
    words = []
    if session.origin == "manual":
        words.append("There is no recording: the session was made by hand.")
    if session.note:
        words.append(clean(masked(session.note), 400))
    if len(frames) < len(session.frames):
        words.append(f"Only {len(frames)} of {len(session.frames)} kept states are shown here.")
    if frames and not any(page.success for page in analysis.inspection.snapshots):
        words.append(
            "The live page was not inspected, so there are no locators: roles and texts come from the pixels."
        )
    elif any(e.source == "vision" for f in analysis.frames for e in f.elements):
        words.append(
            'Elements marked "seen" alone were not in the page as it loads (dialogs, results, messages):'
            " their role is read from the pixels."
        )
    if masking := told_masking(analysis):
        words.append(masking)
    if options.include_screenshots and len(screenshots) < len(frames):
        words.append(f"{len(screenshots)} of {len(frames)} screenshots are embedded: those of the largest changes.")
    return words


def told_masking(analysis: Analysis) -> str | None:
    """How many secrets were taken out, by their kind."""
    counts: dict[str, int] = {}
    for kinds in (analysis.masked, analysis.inspection.masked):
        for kind, count in kinds.items():
            counts[kind] = max(counts.get(kind, 0), count)  # the page and the frames mostly show the same ones
    if not counts:
        return None
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return f"Secrets were masked in texts and screenshots ({listed}); they stand as [masked …]."


def cut_note() -> str:
    return _CUT
