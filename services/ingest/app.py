"""Composition root of ingest: uploads come in from the gateway; videos go when their session has ended."""

import asyncio
import contextlib
import re

from aiohttp import MultipartReader, web

from services.ingest.cleanup import cleanup_job
from services.ingest.multipart import too_large
from services.ingest.settings import MAX_RECORDING_BYTES, IngestSettings
from services.ingest.submissions import Submissions
from services.ingest.uploads import Caller, Uploads
from shared.runtime.installation import derived_secret, master_secret
from shared.runtime.passes import Passes
from shared.runtime.problems import Problem
from shared.runtime.process import Process
from shared.runtime.web import REQUEST_ID, middleware_of, stamp

AUDIENCE = "scope-ingest"
_FORM_OVERHEAD = 1024 * 1024  # fields and boundaries beside the file
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def ingest_app(uploads: Uploads, passes: Passes, settings: IngestSettings) -> web.Application:
    async def post_recording(request: web.Request) -> web.Response:
        user_id = passes.check(request.headers.get("Authorization"), AUDIENCE)
        if (request.content_length or 0) > MAX_RECORDING_BYTES + _FORM_OVERHEAD:
            raise too_large()
        form = await _form(request)
        try:
            async with asyncio.timeout(settings.upload_timeout):
                receipt = await uploads.accept(form, _caller(request, user_id))
        except TimeoutError as error:
            raise Problem(400, f"The upload took longer than {settings.upload_timeout:.0f} s.") from error
        body = {"sessionId": receipt.session_id, "mode": receipt.mode, "replayed": receipt.replayed}
        return web.json_response(body, status=200 if receipt.replayed else 201)

    app = web.Application(middlewares=[middleware_of("ingest")])
    app.on_response_prepare.append(stamp)
    app.router.add_post("/recordings", post_recording)
    return app


async def _form(request: web.Request) -> MultipartReader:
    """Problem 400 for anything but a form whose boundary can be used."""
    if request.content_type == "multipart/form-data":
        with contextlib.suppress(ValueError):  # no boundary, or too long a one
            return await request.multipart()
    raise Problem(400, "Send the recording as multipart/form-data with a boundary.")


def _caller(request: web.Request, user_id: str) -> Caller:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Problem(400, "Idempotency-Key must have 1 to 255 visible ASCII characters, such as a UUID.")
    preferred = [word.strip().lower() for word in request.headers.get("Prefer", "").split(",")]
    return Caller(user_id, request[REQUEST_ID], "async" if "respond-async" in preferred else "sync", key)


async def add_ingest(process: Process, settings: IngestSettings) -> str:
    """Start ingest in this process; return the URL of its server."""
    master = master_secret(settings.data_dir, settings.internal_key)
    passes = Passes.of(master)
    uploads = Uploads(process.ports, process.ledger, settings)
    await process.work(cleanup_job(process.ports))
    await process.consume(
        "submissions", Submissions(process.ports, process.ledger, derived_secret(master, "submissions"))
    )
    await process.sweep()
    host, port = await process.serve(
        ingest_app(uploads, passes, settings), settings.ingest_host, settings.ingest_port
    )
    return f"http://{host}:{port}"
