"""From the model to the bodies of the contract. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from services.gateway.api import schemas as s
from services.gateway.api import signin_schemas as who
from services.gateway.assets import AssetLinks, PictureLinks
from shared.model.accounts import Account
from shared.model.analysis import Analysis, Inspection
from shared.model.diff import FrameDiff, diffs
from shared.model.evidence import Box, PageNode, PageSnapshot
from shared.model.session import FrameRef, Lane, Session
from shared.model.tree import TreeNode, tree
from shared.ports.store import DayCount

_MOST_HIDDEN = 100
_DAYS = 30  # that statistics tell one by one
_EMBEDDED = re.compile(r"!\[([^\]\n]*)\]\(data:image/[^)\s]*\)")


def session_body(session: Session) -> s.SessionBody:
    return s.SessionBody(
        id=session.id,
        user_id=session.user_id,
        title=session.title,
        origin=session.origin,
        seed_url=session.seed_url,
        status=session.status,
        duration=session.duration_s,
        frame_count=session.frame_count,
        urls=list(session.urls),
        url_count=session.url_count,
        agent_target=session.agent_target,
        processing_time=session.processing_ms,
        prompt=session.prompt,
        prompt_status=session.prompt_status,
        prompt_error=session.prompt_error,
        notes=session.notes,
        last_error=_last_error(session),
        processing_status=processing_status(session),
        created_at=session.created_at,
        updated_at=session.updated_at,
    )


def listed(session: Session, with_prompt: bool = True) -> s.SessionBody:
    """For a list: embedded screenshots become links to where they are."""
    body = session_body(session)
    if body.prompt is None or not with_prompt:
        return body.model_copy(update={"prompt": None})
    link = rf"[\1](/api/sessions/{session.id}/prompt)"
    return body.model_copy(update={"prompt": _EMBEDDED.sub(link, body.prompt)})


def first_moment(today: date) -> datetime:
    """When the first day began that `per_day` tells."""
    return datetime.combine(today - timedelta(days=_DAYS - 1), time(), UTC)


def per_day(counts: Sequence[DayCount], today: date) -> list[s.Day]:
    """The last 30 days, oldest first, `today` last; zeros for those that are not among the counts."""
    known = {count.day: count for count in counts}
    days = [today - timedelta(days=ago) for ago in reversed(range(_DAYS))]
    found = [known.get(day, DayCount(day, 0, 0)) for day in days]
    return [s.Day(date=count.day, sessions=count.sessions, completed=count.completed) for count in found]


def processing_status(session: Session) -> s.ProcessingStatus:
    lanes = session.lanes
    return s.ProcessingStatus(
        overall_stage=session.stage,
        frame_extraction=_lane(lanes.frame_extraction),
        vision_lane=_lane(lanes.vision_lane),
        playwright_lane=_lane(lanes.playwright_lane),
        synthesis=_lane(lanes.synthesis),
        last_updated=session.updated_at,
        last_error=_last_error(session),
    )


def status_body(session: Session) -> s.SessionStatusBody:
    return s.SessionStatusBody(
        session_id=session.id,
        session_status=session.status,
        processing_status=processing_status(session),
        processing_time=session.processing_ms,
        last_error=_last_error(session),
    )


def detail(session: Session, analysis: Analysis | None, links: AssetLinks, now: datetime) -> s.SessionDetail:
    frames = frame_bodies(session, analysis, links, now)
    whole = analysis_body(frames, analysis) if analysis is not None else None
    return s.SessionDetail(**dict(session_body(session)), frames=frames, analysis=whole)


def processing(session: Session, analysis: Analysis, links: AssetLinks, now: datetime) -> s.Processing:
    """Only for a recorded session that is complete."""
    recording = session.recording
    return s.Processing(
        session_id=session.id,
        status="complete",
        title=session.title,
        seed_url=session.seed_url,
        agent_target=session.agent_target,
        file_size=recording.size if recording else 0,
        mime_type=recording.mime_type if recording else "",
        prompt=session.prompt or "",
        prompt_status=session.prompt_status,
        frames=frame_bodies(session, analysis, links, now),
        frame_count=session.frame_count,
        urls_inspected=list(session.urls_inspected),
        processing_ms=session.processing_ms or 0,
        inspection=inspection_body(analysis.inspection),
        processing_status=processing_status(session),
    )


def frame_bodies(session: Session, analysis: Analysis | None, links: AssetLinks, now: datetime) -> list[s.Frame]:
    """In time order. What changed is worked out against the kept frame before, as the frames stand now."""
    frames = sorted(session.frames, key=lambda frame: frame.timestamp)
    seen = [(analysis or Analysis()).elements_of(frame.id) for frame in frames]
    return [
        _frame(session, frame, tree(elements.elements, change), change, links.of(frame.asset_id, now))
        for frame, elements, change in zip(frames, seen, diffs(seen), strict=True)
    ]


def _frame(
    session: Session, frame: FrameRef, nodes: Sequence[TreeNode], change: FrameDiff, links: PictureLinks
) -> s.Frame:
    return s.Frame(
        id=frame.id,
        session_id=session.id,
        timestamp=frame.timestamp,
        url=session.seed_url,
        thumbnail_url=links.thumbnail,
        image_url=links.image,
        width=frame.width,
        height=frame.height,
        diff_summary=_summary(change),
        aria_tree=[_node(node) for node in nodes],
        created_at=frame.created_at,
        settled_ms=frame.settled_ms,
        changed_boxes=[_box(box) for box in frame.changed_boxes],
        reason=frame.reason,
    )


def analysis_body(frames: Sequence[s.Frame], analysis: Analysis) -> s.AnalysisBody:
    timeline = [
        s.TimelineEntry(
            frame_id=frame.id,
            timestamp=frame.timestamp,
            settled_ms=frame.settled_ms,
            reason=frame.reason,
            diff_summary=frame.diff_summary,
        )
        for frame in frames
    ]
    return s.AnalysisBody(
        timeline=timeline, inspection=inspection_body(analysis.inspection), masked=analysis.masked
    )


def inspection_body(inspection: Inspection) -> s.InspectionBody:
    return s.InspectionBody(
        urls_inspected=list(inspection.urls_inspected),
        duration_ms=inspection.duration_ms,
        snapshots=[_page(page) for page in inspection.snapshots],
    )


def user_body(account: Account) -> who.User:
    return who.User(id=account.id, name=account.name, email=account.email, avatar_url=account.avatar_url)


def _page(page: PageSnapshot) -> s.PageSnapshotBody:
    counts = s.Counts(**dict(page.counts))
    nodes = [_page_node(node) for node in page.tree] if page.success else None
    return s.PageSnapshotBody(
        url=page.url,
        success=page.success,
        error=page.error,
        title=page.title,
        language=page.language,
        login_required=page.login_required,
        console_errors=list(page.console_errors),
        failed_requests=list(page.failed_requests),
        hidden_text=_hidden_text(page),
        note=page.note,
        counts=counts,
        aria_tree=nodes,
    )


def _hidden_text(page: PageSnapshot) -> list[str]:
    """What has no place on the screen: a classic hiding place for orders to whoever reads the page."""
    shown = {node.name for node in page.nodes() if node.box}
    hidden = (node.name for node in page.nodes() if node.box is None and node.name not in {"", page.title, *shown})
    return list(dict.fromkeys(hidden))[:_MOST_HIDDEN]


def _page_node(node: PageNode) -> s.AriaNode:
    return s.AriaNode(
        role=node.role,
        name=node.name,
        children=[_page_node(child) for child in node.children] or None,
        state=list(node.state) or None,
        value=node.value,
        box=_box(node.box) if node.box else None,
        source="aria",
    )


def _node(node: TreeNode) -> s.AriaNode:
    element = node.element
    return s.AriaNode(
        role=element.role,
        name=element.name,
        children=[_node(child) for child in node.children] or None,
        diff_status=node.diff_status,
        state=list(element.state) or None,
        value=element.value,
        box=_box(element.box),
        source=element.source,
        locator=element.locator,
    )


def _summary(change: FrameDiff) -> s.DiffSummary:
    return s.DiffSummary(added=len(change.added), changed=len(change.changed), removed=len(change.removed))


def _box(box: Box) -> s.FractionBox:
    return s.FractionBox(x=box.x, y=box.y, width=box.width, height=box.height)


def _lane(lane: Lane) -> s.LaneBody:
    return s.LaneBody(**dict(lane))


def _last_error(session: Session) -> str | None:
    """Why it failed; for a session that lived, what one of its lanes had to say."""
    if session.failure is not None:
        return session.failure.message
    lanes = (session.lanes.frame_extraction, session.lanes.vision_lane, session.lanes.playwright_lane)
    return next((lane.error for lane in lanes if lane.error), None)
