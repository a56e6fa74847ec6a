"""A session with evidence to write a prompt of, and the same with hostile texts in every place."""

from typing import Any

from services.prompter.brief import Brief, brief
from services.prompter.render import render
from shared.model.accounts import AgentTarget, PromptOptions
from shared.model.analysis import Analysis, Inspection
from shared.model.evidence import Box, FrameElements, PageCounts, PageSnapshot
from shared.model.session import FrameRef, Session
from tests.samples import a_frame, a_session, an_element

SESSION_ID = "sess_0123456789abcdef01234567"
ALL = (Box(x=0, y=0, width=1, height=1),)
FRAMES = tuple(a_frame(SESSION_ID, ms, changed_boxes=ALL if ms else ()) for ms in (0.0, 1500.0, 62_000.25))


def analysis(*, evil: str = "", url: str = "http://localhost:3000/") -> Analysis:
    """Three frames: a button is enabled, an alert comes, a hint goes. `evil` stands in every captured text."""
    form = an_element("f", f"form{evil}", f"Profile{evil}", box=Box(x=0.0, y=0.0, width=0.9, height=0.9))
    name = an_element(
        "n", "textbox", "Name", value=f"Ann{evil}", locator=f"getByLabel('Name'){evil}", source="both"
    )
    save = an_element("s", "button", f"Save{evil}", state=(f"disabled{evil}",))
    hint = an_element("h", "text", f"A hint{evil}", box=Box(x=0.1, y=0.5, width=0.2, height=0.05))
    alert = an_element("a", "alert", f"Name is required{evil}", box=Box(x=0.1, y=0.6, width=0.3, height=0.05))
    ready = save.model_copy(update={"state": ()})
    seen = (form, name, save, hint), (form, name, ready, hint, alert), (form, name, ready, alert)
    good = PageSnapshot(
        url=url,
        success=True,
        counts=PageCounts(buttons=1, inputs=1, total=2),
        title=f"Profile{evil}",
        console_errors=(f"TypeError{evil}",),
        failed_requests=(f"GET /api{evil}",),
        note=f"slow{evil}" if evil else None,
    )
    bad = PageSnapshot(url="http://localhost:3000/other", success=False, error=f"refused{evil}")
    frames = tuple(FrameElements(frame_id=f.id, elements=e) for f, e in zip(FRAMES, seen, strict=True))
    return Analysis(frames=frames, inspection=Inspection(urls_inspected=(url,), snapshots=(good, bad)))


def session(**fields: Any) -> Session:
    known = {"id": SESSION_ID, "title": "Save does nothing", "notes": "It should.", "frames": FRAMES, **fields}
    return a_session(duration_ms=70_000.0, **known)


def made(
    target: AgentTarget = AgentTarget.CLAUDE_CODE,
    *,
    of: Session | None = None,
    evidence: Analysis | None = None,
    frames: tuple[FrameRef, ...] = FRAMES,
    screenshots: dict[str, str] | None = None,
    **options: bool,
) -> Brief:
    return brief(
        of or session(),
        evidence or analysis(),
        target=target,
        options=PromptOptions(**options),
        frames=frames,
        screenshots={FRAMES[0].id: "data:image/webp;base64,AAAA"} if screenshots is None else screenshots,
    )


def prompt(target: AgentTarget = AgentTarget.CLAUDE_CODE, **more: Any) -> str:
    return render(made(target, **more))
