"""POST /recordings: passed on to ingest byte by byte, answered when the pipeline is done or at once."""

import json
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import ClientConnectionError, ClientError, ClientResponse, ClientTimeout, web

from services.gateway.api import schemas as s
from services.gateway.api import views
from services.gateway.api.call import Call, answer
from services.gateway.api.sessions import analysis_of
from shared.model.analysis import Analysis
from shared.model.errors import RECORDING_AT_FAULT, FieldError, Unavailable
from shared.model.session import Session
from shared.runtime.problems import Problem, not_found
from shared.runtime.web import REQUEST_ID

_AUDIENCE = "scope-ingest"
_PASSED_ON = ("Content-Type", "Content-Length", "Idempotency-Key", "Prefer")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Receipt:
    session_id: str
    mode: str


async def post_recording(call: Call) -> web.Response:
    receipt = await _pass_on(call)
    if receipt.mode == "async":
        return accepted(receipt.session_id)
    session = await call.context.following.end(receipt.session_id, call.context.settings.sync_wait)
    if session is None or session.deleted:
        raise not_found()
    if not session.terminal:
        return accepted(session.id)
    if session.status == "error":
        raise _failed(session)
    analysis = await analysis_of(call, session) or Analysis()
    return answer(views.processing(session, analysis, call.context.links, call.context.ports.clock.now()))


def accepted(session_id: str) -> web.Response:
    return answer(s.Accepted(session_id=session_id), 202, {"Location": f"/api/sessions/{session_id}"})


async def _pass_on(call: Call) -> _Receipt:
    """Stream the body to ingest; its refusals become ours."""
    context, request = call.context, call.request
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    headers["Authorization"] = f"Bearer {context.passes.issue(call.account.id, _AUDIENCE)}"
    headers["X-Request-Id"] = request[REQUEST_ID]
    url = f"{context.settings.ingest_url}/recordings"
    try:
        timeout = ClientTimeout(total=None, sock_connect=5)
        async with context.http.post(url, data=request.content, headers=headers, timeout=timeout) as response:
            return await _receipt(response)
    except ClientConnectionError as error:
        if request.content.exception() is not None or request.transport is None:
            _log.info("client left during the upload")
            raise ConnectionResetError from error
        raise Unavailable("The upload cannot be taken in now.") from error
    except (ClientError, ValueError) as error:
        raise Unavailable("The upload was interrupted on our side.") from error


async def _receipt(response: ClientResponse) -> _Receipt:
    body = json.loads(await response.read())
    if response.status in {200, 201}:
        return _Receipt(body["sessionId"], body["mode"])
    response.close()  # what is left of the upload is not wanted
    if response.status == 401:  # a pass that ingest does not take is our fault
        raise Unavailable("Ingest does not take our passes.")
    raise _refused(response, body)


def _refused(response: ClientResponse, body: dict[str, Any]) -> Problem:
    errors = [FieldError(**error) for error in body.get("errors", [])]
    kept = {name: response.headers[name] for name in ("Retry-After",) if name in response.headers}
    return Problem(
        response.status, str(body.get("message", "The upload was refused.")), errors=errors, headers=kept
    )


def _failed(session: Session) -> Problem:
    failure = session.failure
    status = 400 if failure is not None and failure.code in RECORDING_AT_FAULT else 500
    message = failure.message if failure is not None else "The recording could not be processed."
    return Problem(status, message, extra={"sessionId": session.id, "processingMs": session.processing_ms or 0})
