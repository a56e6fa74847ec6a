"""Sessions: list, stats, read, make, change, delete."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from services.gateway.api import schemas as s
from services.gateway.api import views
from services.gateway.api.call import Call, answer, answer_all, etag_matches, etag_of
from shared.model.analysis import Analysis
from shared.model.blob_keys import analysis_key, session_prefix
from shared.model.errors import FieldError
from shared.model.ids import new_id
from shared.model.session import Session
from shared.model.timestamps import Timestamp, iso
from shared.model.transitions import Change, Deleted, Edited
from shared.ports.blobs import BlobMissing
from shared.ports.store import SessionQuery
from shared.runtime.problems import Problem, invalid, not_found
from shared.runtime.web import REQUEST_ID

_NOT_EMPTY = ("title", "agent_target", "urls", "duration", "processing_time", "frame_count", "url_count", "status")
_HAND_MADE_ONLY = ("status", "duration", "processing_time", "frame_count", "url_count")
_STAGES = {"processing": "extracting", "complete": "complete", "error": "error"}
_RENAMED = {
    "frame_count": "manual_frame_count",
    "url_count": "manual_url_count",
    "processing_time": "processing_ms",
}
_MOMENT = TypeAdapter[datetime](Timestamp)


async def list_sessions(call: Call) -> web.Response:
    wanted = call.query(s.SessionList)
    query = SessionQuery(
        user_id=call.account.id,
        limit=wanted.limit + 1,  # one more tells whether there is a next page
        after=_cursor(wanted.cursor) if wanted.cursor else None,
        status=wanted.status,
        agent_target=wanted.agent_target,
        title_contains=wanted.q or None,
        created_after=wanted.created_after,
        created_before=wanted.created_before,
    )
    found = await call.context.ports.store.sessions(query)
    page = found[: wanted.limit]
    headers = {"Link": _next_link(call, page[-1])} if len(found) > len(page) else None
    return answer_all([views.listed(session, wanted.prompts) for session in page], headers)


async def session_stats(call: Call) -> web.Response:
    store, today = call.context.ports.store, call.context.ports.clock.now().astimezone(UTC).date()
    stats = await store.session_stats(call.account.id)
    days = await store.sessions_per_day(call.account.id, views.first_moment(today))
    return answer(
        s.Stats(
            total_sessions=stats.total_sessions,
            completed_sessions=stats.completed_sessions,
            total_duration=stats.total_duration_s,
            avg_processing_time=stats.avg_processing_ms,
            per_day=views.per_day(days, today),
        )
    )


async def create_session(call: Call) -> web.Response:
    """A hand-made session: no recording, its owner advances it."""
    wanted = await call.body(s.NewSession)
    now = call.context.ports.clock.now()
    session = Session(
        id=new_id("sess"),
        user_id=call.account.id,
        title=wanted.title,
        seed_url=wanted.seed_url,
        urls=(wanted.seed_url,) if wanted.seed_url else (),
        notes=wanted.notes,
        agent_target=wanted.agent_target or call.account.settings.default_agent,
        options=call.account.settings.prompt_options(),
        origin="manual",
        prompt=wanted.prompt,
        prompt_status="complete" if wanted.prompt else "not_started",
        manual_frame_count=wanted.frame_count,
        manual_url_count=wanted.url_count,
        created_at=now,
        updated_at=now,
        request_id=call.request[REQUEST_ID],
    )
    await call.context.ledger.insert(session)
    return answer(views.session_body(session), 201, {"Location": f"/api/sessions/{session.id}"})


async def read_session(call: Call) -> web.Response:
    session = await call.session()
    analysis = await analysis_of(call, session)
    body = views.detail(session, analysis, call.context.links, call.context.ports.clock.now())
    return answer(body, headers={"ETag": etag_of(views.session_body(session))})


async def read_status(call: Call) -> web.Response:
    body = views.status_body(await call.session())
    etag = etag_of(body)
    if etag_matches(call.request.headers.get("If-None-Match", ""), etag):
        return web.Response(status=304, headers={"ETag": etag})
    return answer(body, headers={"ETag": etag, "Cache-Control": "no-cache"})


async def change_session(call: Call) -> web.Response:
    session = await call.session()
    wanted = await call.body(s.SessionPatch)
    update = _update(session, wanted)

    async def decide(latest: Session) -> Change:
        _check_match(call, latest)
        return Edited(update)

    committed = await call.context.ledger.commit(session.id, decide)
    if committed.session is None or committed.session.deleted:
        raise not_found()
    body = views.session_body(committed.session)
    return answer(body, headers={"ETag": etag_of(body)})


async def delete_session(call: Call) -> web.Response:
    """The mark stops work in flight; what it wrote is removed here, and again by the cleanup queue."""
    session = await call.session()

    async def decide(latest: Session) -> Change:
        _check_match(call, latest)
        return Deleted()

    await call.context.ledger.commit(session.id, decide)
    await call.context.ports.blobs.delete_prefix(session_prefix(session.id))
    return web.Response(status=204)


async def analysis_of(call: Call, session: Session) -> Analysis | None:
    try:
        data = await call.context.ports.blobs.get(analysis_key(session.id))
    except BlobMissing:
        return None
    return Analysis.model_validate_json(data)


def _update(session: Session, wanted: s.SessionPatch) -> dict[str, Any]:
    """Field names and values of the model. Problem 400 for what may not be set."""
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    errors = [
        FieldError(_alias(name), "must not be null.")
        for name in _NOT_EMPTY
        if name in given and given[name] is None
    ]
    if session.origin == "recording":
        words = "can be changed on hand-made sessions only; here it follows the recording."
        errors += [FieldError(_alias(name), words) for name in _HAND_MADE_ONLY if name in given]
    if errors:
        raise invalid(errors)
    update = {_RENAMED.get(name, name): value for name, value in given.items()}
    if "urls" in update:
        update["urls"] = tuple(update["urls"])
        update.setdefault("manual_url_count", len(update["urls"]))
    if "duration" in update:
        update["duration_ms"] = update.pop("duration") * 1000
    if "status" in update:
        update["stage"] = _STAGES[update.pop("status")]
    if "prompt" in update:
        update["prompt_status"] = "complete" if update["prompt"] else "not_started"
    return update


def _alias(name: str) -> str:
    return s.SessionPatch.model_fields[name].alias or name


def _check_match(call: Call, latest: Session) -> None:
    wanted = call.request.headers.get("If-Match")
    given = [each.strip() for each in wanted.split(",")] if wanted else []
    if given and "*" not in given and etag_of(views.session_body(latest)) not in given:
        raise Problem(
            412, "The session was changed meanwhile. Read it again and repeat the change on what you find."
        )


def _next_link(call: Call, last: Session) -> str:
    cursor = base64.urlsafe_b64encode(f"{iso(last.updated_at)} {last.id}".encode()).decode().rstrip("=")
    return f'<{call.request.rel_url.update_query(cursor=cursor)}>; rel="next"'


def _cursor(text: str) -> tuple[datetime, str]:
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        moment, _, session_id = plain.partition(" ")
        return _MOMENT.validate_python(moment), session_id
    except (ValueError, binascii.Error) as error:
        words = "is not one that this list gave out; follow the Link header instead of making one."
        raise invalid([FieldError("cursor", words)]) from error
