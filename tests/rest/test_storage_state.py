"""The login of a test account with an upload: checked, sealed at rest, gone with the video."""

import json
from pathlib import Path

import pytest

from shared.model.blob_keys import storage_state_key
from shared.runtime.sealing import about_login
from shared.runtime.vault import Sealed, load_vault
from tests.rest.forms import CONTENT_TYPE, fields, multipart, video
from tests.rest.service import Answer, Service

STATE = {
    "cookies": [
        {"name": "session", "value": "of-the-test-account", "domain": "127.0.0.1", "path": "/", "expires": -1}
    ],
    "origins": [],
}


async def upload(service: Service, state: str) -> Answer:
    body = multipart([*fields(storageState=state), video()])
    headers = {"Content-Type": CONTENT_TYPE, "Prefer": "respond-async"}
    return await service.call("POST", "/api/recordings", data=body, headers=headers)


def places(folder: Path, text: str) -> list[str]:
    return [str(p) for p in folder.rglob("*") if p.is_file() and text.encode() in p.read_bytes()]


async def test_it_is_sealed_beside_the_video_and_nowhere_in_the_open(service: Service) -> None:
    accepted = await upload(service, json.dumps(STATE))
    assert accepted.status == 202
    session_id = accepted.json["sessionId"]
    version, _, text = (await service.ports.blobs.get(storage_state_key(session_id))).decode().partition(":")
    plain = load_vault(service.folder).open(Sealed(text, int(version)), about_login(session_id))
    assert json.loads(plain)["cookies"][0]["value"] == "of-the-test-account"
    assert places(service.folder, "of-the-test-account") == []
    shown = await service.get(f"/api/sessions/{session_id}")
    assert b"of-the-test-account" not in shown.body
    assert (await service.delete(f"/api/sessions/{session_id}")).status == 204


@pytest.mark.parametrize(
    "state", ["not json", "[]", '{"cookies": 1}', '{"cookies": [{"name": "x"}]}', "x" * 600_000], ids=range(5)
)
async def test_what_is_no_storage_state_is_refused_and_leaves_nothing(service: Service, state: str) -> None:
    refused = await upload(service, state)
    assert refused.status == 400
    assert any(field.startswith("storageState") for field in refused.fields)
    assert await service.blob_keys() == []
