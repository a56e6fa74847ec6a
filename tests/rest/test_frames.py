"""Kept frames: their thumbnails by signed links, and taking one out."""

import asyncio
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.model.analysis import Analysis
from shared.model.blob_keys import analysis_key
from tests.rest.pipeline import THUMBNAIL, a_recorded_session, keep_frames
from tests.rest.service import Service, started
from tests.samples import a_session


async def test_a_thumbnail_is_shown_to_whoever_has_its_link(service: Service) -> None:
    session = await a_recorded_session(service)
    frames = (await service.get(f"/api/sessions/{session.id}")).json["frames"]
    for frame in frames:
        answer = await service.get(frame["thumbnailUrl"], user=None)
        assert (answer.status, answer.body) == (200, THUMBNAIL + frame["id"].encode())
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"].startswith("private")


async def test_a_link_is_good_for_one_to_two_of_its_lives(service: Service) -> None:
    session = await a_recorded_session(service)
    [link, *_] = [f["thumbnailUrl"] for f in (await service.get(f"/api/sessions/{session.id}")).json["frames"]]
    left = int(parse_qs(urlsplit(link).query)["expires"][0]) - time.time()
    assert 3600 <= left + 1
    assert left <= 7200


async def test_a_link_expires(tmp_path: Path) -> None:
    async with started(tmp_path / "data", asset_ttl=1) as service:
        session = await a_recorded_session(service)
        link = (await service.get(f"/api/sessions/{session.id}")).json["frames"][0]["thumbnailUrl"]
        assert (await service.get(link, user=None)).status == 200
        expires = int(parse_qs(urlsplit(link).query)["expires"][0])
        await asyncio.sleep(expires - time.time() + 0.01)
        assert (await service.get(link, user=None)).status == 404


async def test_only_a_valid_signature_or_the_owner_sees_it(service: Service) -> None:
    session = await a_recorded_session(service)
    one, two, _ = [f["thumbnailUrl"] for f in (await service.get(f"/api/sessions/{session.id}")).json["frames"]]
    bare, query = one.split("?")[0], urlsplit(one).query
    expires, signature = (parse_qs(query)[name][0] for name in ("expires", "signature"))
    wrong = [
        bare,
        f"{bare}?expires={int(expires) + 1}&signature={signature}",
        f"{bare}?expires={expires}&signature={signature[:-1]}x",
        f"{bare}?expires={expires}",
        f"{bare}?signature={signature}",
        f"{bare}?expires=٣٣&signature={signature}",
        f"{bare}?expires=-1&signature={signature}",
        f"{bare}?expires={'9' * 5000}&signature={signature}",
        f"{bare}?expires={expires}&signature=%ff%00",
        f"{bare}?expires={expires}&signature=%ed%a0%80",
        f"{two.split('?')[0]}?{query}",
        f"/api/assets/ast_{'0' * 48}?{query}",
        f"/api/assets/ast_nothing?{query}",
    ]
    answers = [await service.get(link, user=None) for link in wrong]
    foreign = await service.get(bare, user="usr_bob")
    broken = await service.get(bare, user=None, headers={"Authorization": "Bearer x"})
    assert {(a.status, a.message) for a in (*answers, foreign, broken)} == {(404, answers[0].message)}
    assert (await service.get(bare)).status == 200


async def test_a_missing_picture_is_a_404(service: Service) -> None:
    session = await a_recorded_session(service)
    await service.ports.blobs.delete(session.frames[0].thumbnail_key)
    link = (await service.get(f"/api/sessions/{session.id}")).json["frames"][0]["thumbnailUrl"]
    assert (await service.get(link, user=None)).status == 404


async def test_a_frame_that_is_taken_out_is_gone_with_its_pictures(service: Service) -> None:
    session = await a_recorded_session(service)
    path, (one, two, three) = f"/api/sessions/{session.id}", session.frames
    link = (await service.get(path)).json["frames"][1]["thumbnailUrl"]
    answer = await service.delete(f"{path}/frames/{two.id}")
    assert (answer.status, answer.body) == (204, b"")
    detail = (await service.get(path)).json
    assert [frame["id"] for frame in detail["frames"]] == [one.id, three.id]
    assert [entry["frameId"] for entry in detail["analysis"]["timeline"]] == [one.id, three.id]
    assert detail["frameCount"] == 2
    assert (await service.get(link, user=None)).status == 404
    keys = await service.blob_keys()
    assert not [key for key in keys if two.id in key]
    assert one.image_key in keys
    left = Analysis.model_validate_json(await service.ports.blobs.get(analysis_key(session.id)))
    assert [frame.frame_id for frame in left.frames] == [one.id, three.id]
    assert (await service.delete(f"{path}/frames/{two.id}")).status == 404


async def test_what_changed_is_told_against_the_frame_that_is_before_now(service: Service) -> None:
    session = await a_recorded_session(service)
    path = f"/api/sessions/{session.id}"
    await service.delete(f"{path}/frames/{session.frames[1].id}")
    first, last = (await service.get(path)).json["frames"]
    assert first["diffSummary"] == {"added": 0, "changed": 0, "removed": 0}
    assert last["diffSummary"] == {"added": 1, "changed": 1, "removed": 1}


@pytest.mark.parametrize("frame", ["frm_unknown", "%00", "%ff", "x" * 1000])
async def test_an_unknown_frame_is_a_404(service: Service, frame: str) -> None:
    session = await a_recorded_session(service)
    assert (await service.delete(f"/api/sessions/{session.id}/frames/{frame}")).status == 404


async def test_frames_of_a_session_in_work_stay(service: Service) -> None:
    session = a_session(user_id="usr_ann")
    await service.process.ledger.insert(session)
    frames = await keep_frames(service, session.id)
    answer = await service.delete(f"/api/sessions/{session.id}/frames/{frames[0].id}")
    assert (answer.status, "still in work" in answer.message) == (409, True)
    assert len((await service.stored(session.id)).frames) == 3
