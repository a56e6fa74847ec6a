"""Kept frames: their pictures, and taking one out."""

from aiohttp import web

from services.gateway.api.call import Call
from services.gateway.api.sessions import analysis_of
from shared.model.accounts import Account
from shared.model.blob_keys import analysis_key
from shared.model.ids import asset_parts
from shared.model.session import FrameRef, Session
from shared.model.transitions import FrameRemoved
from shared.ports.blobs import BlobMissing
from shared.runtime.problems import Problem, not_found


async def remove_frame(call: Call) -> web.Response:
    session = await call.session()
    frame = next((f for f in session.frames if f.id == call.request.match_info["frameId"]), None)
    if frame is None:
        raise not_found("frame")
    if not session.terminal:
        raise Problem(409, "The session is still in work. Take frames out once it is done.")
    await call.context.ledger.commit(session.id, FrameRemoved(frame.id))
    await _forget(call, session, frame)
    return web.Response(status=204)


async def read_asset(call: Call) -> web.Response:
    """A thumbnail, for a valid signature or its owner's token. Whatever else is the same 404."""
    frame = await _allowed(call, call.request.match_info["id"])
    return await _picture(call, frame.thumbnail_key, "image/webp", f'"{frame.asset_id}"')


async def read_asset_image(call: Call) -> web.Response:
    """The whole frame, under the same rule."""
    frame = await _allowed(call, f"{call.request.match_info['id']}/image")
    return await _picture(call, frame.image_key, "image/png", f'"{frame.asset_id}-image"')


async def _allowed(call: Call, asset: str) -> FrameRef:
    session, frame = await _owner_of(call)
    query, links = call.request.query, call.context.links
    now = call.context.ports.clock.now()
    if not links.valid(asset, query.get("expires", ""), query.get("signature", ""), now):
        account = await _account(call)
        if account is None or account.id != session.user_id:
            raise not_found("asset")
    return frame


async def _picture(call: Call, key: str, kind: str, etag: str) -> web.Response:
    try:
        data = await call.context.ports.blobs.get(key)
    except BlobMissing:
        raise not_found("asset") from None
    headers = {
        "Cache-Control": f"private, max-age={call.context.settings.asset_ttl}",
        "ETag": etag,
    }
    return web.Response(body=data, content_type=kind, headers=headers)


async def _owner_of(call: Call) -> tuple[Session, FrameRef]:
    parts = asset_parts(call.request.match_info["id"])
    session = await call.context.ports.store.session(parts[0]) if parts else None
    if parts is None or session is None or session.deleted:
        raise not_found("asset")
    frame = next((f for f in session.frames if f.id == parts[1]), None)
    if frame is None:
        raise not_found("asset")
    return session, frame


async def _account(call: Call) -> Account | None:
    """Whoever calls with a token, or None."""
    authorization = call.request.headers.get("Authorization")
    if authorization is None:
        return None
    try:
        return await call.context.accounts.of(await call.context.tokens.claims(authorization))
    except Problem:
        return None


async def _forget(call: Call, session: Session, frame: FrameRef) -> None:
    """Its pictures and what was read in it go too."""
    blobs = call.context.ports.blobs
    await blobs.delete(frame.image_key)
    await blobs.delete(frame.thumbnail_key)
    analysis = await analysis_of(call, session)
    if analysis is not None:
        rest = tuple(f for f in analysis.frames if f.frame_id != frame.id)
        left = analysis.model_copy(update={"frames": rest})
        await blobs.put(analysis_key(session.id), left.model_dump_json(by_alias=True).encode())
