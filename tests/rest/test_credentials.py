"""Keys of an account for models of its own: checked when they come, sealed, never shown, nobody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.runtime.outbound.hosts import Address
from shared.runtime.reseal import reseal
from shared.runtime.sealing import opened
from shared.runtime.vault import add_key, load_vault
from tests.models.server import KEY, ModelServer, model_server
from tests.rest.service import Service, started

PATH = "/api/credentials"


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server() as server:
        yield server


@pytest.fixture
async def open_service(tmp_path: Path) -> AsyncIterator[Service]:
    """A gateway that may call loopback, as `scope up` on a laptop."""
    async with started(tmp_path / "data", gateway={"aria_policy": "any"}) as running:
        yield running


def wanted(server: ModelServer, **fields: object) -> dict[str, object]:
    known = {"provider": "openai", "label": "Mine", "apiKey": KEY, "baseUrl": server.base_url("openai")}
    return {**known, **fields}


async def test_a_key_goes_in_and_never_comes_out(open_service: Service, model: ModelServer) -> None:
    service = open_service
    made = await service.post(PATH, wanted(model, model="gpt-test"))
    assert made.status == 201
    assert made.json["maskedKey"] == "key…0001"
    assert made.json["isActive"] is True
    listed = await service.get(PATH)
    assert listed.json == [made.json]
    changed = await service.patch(f"{PATH}/{made.json['id']}", {"label": "Other", "isActive": False})
    assert (changed.json["label"], changed.json["isActive"]) == ("Other", False)
    for answer in (made, listed, changed):
        assert KEY.encode() not in answer.body
    files = [path for path in service.folder.rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    assert (await service.delete(f"{PATH}/{made.json['id']}")).status == 204
    assert (await service.get(PATH)).json == []


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
async def test_both_providers_are_checked_in_their_own_way(
    open_service: Service, model: ModelServer, provider: str
) -> None:
    fields = {"provider": provider, "baseUrl": model.base_url(provider)}
    assert (await open_service.post(PATH, wanted(model, **fields))).status == 201
    refused = await open_service.post(PATH, wanted(model, **fields, apiKey="wrong-key"))
    assert (refused.status, refused.fields) == (400, ["apiKey"])
    unknown = await open_service.post(PATH, wanted(model, **fields, model="no-such"))
    assert (unknown.status, unknown.fields) == (400, ["model"])
    assert "gpt-test" in unknown.message + str(unknown.json)


async def test_an_address_that_does_not_answer_is_said(open_service: Service, model: ModelServer) -> None:
    silent = await open_service.post(PATH, wanted(model, baseUrl="http://127.0.0.1:9/v1"))
    assert (silent.status, silent.fields) == (400, ["baseUrl"])
    other = await open_service.post(PATH, wanted(model, baseUrl=f"{model.url}/nothing"))
    assert (other.status, other.fields) == (400, ["baseUrl"])
    assert "404" in str(other.json)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0x7f.1"])
async def test_inner_addresses_are_refused_where_policy_is_public(
    service: Service, model: ModelServer, host: str
) -> None:
    refused = await service.post(PATH, wanted(model, baseUrl=f"http://{host}:{model.port}/v1"))
    assert (refused.status, refused.fields) == (400, ["baseUrl"])
    assert "refused" in str(refused.json)


async def test_a_name_that_changes_its_mind_gains_nothing(model: ModelServer) -> None:
    """Judged as public at first, it leads inside when it is connected to."""
    import ipaddress

    from services.gateway.model_check import ModelCheck
    from shared.runtime.outbound.policy import UrlPolicy
    from shared.runtime.problems import Problem

    answers = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("127.0.0.1")]

    async def resolve(host: str, port: int) -> list[Address]:
        return [answers.pop(0) if len(answers) > 1 else answers[0]]

    check = ModelCheck(UrlPolicy("public"), resolve)
    with pytest.raises(Problem) as refused:
        await check.check("openai", KEY, None, f"http://rebinding.example:{model.port}/v1")
    assert [error.field for error in refused.value.errors] == ["baseUrl"]
    assert model.keys == []
    assert len(answers) == 1  # it was resolved again, and judged again


async def test_credentials_of_others_do_not_exist(open_service: Service, model: ModelServer) -> None:
    made = await open_service.post(PATH, wanted(model))
    path = f"{PATH}/{made.json['id']}"
    assert (await open_service.get(PATH, user="usr_bob")).json == []
    assert (await open_service.patch(path, {"label": "x"}, user="usr_bob")).status == 404
    assert (await open_service.delete(path, user="usr_bob")).status == 404
    assert (await open_service.get(PATH, user=None)).status == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provider": "other"}, "provider"),
        ({"label": " "}, "label"),
        ({"apiKey": ""}, "apiKey"),
        ({"apiKey": "with space"}, "apiKey"),
        ({"baseUrl": "ftp://x/"}, "baseUrl"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_what_is_not_as_documented_is_refused(
    open_service: Service, model: ModelServer, change: dict[str, object], field: str
) -> None:
    refused = await open_service.post(PATH, wanted(model, **change))
    assert refused.status == 400
    assert field in refused.fields
    assert (await open_service.get(PATH)).json == []


async def test_a_new_key_is_checked_and_replaces_the_old_one(open_service: Service, model: ModelServer) -> None:
    made = await open_service.post(PATH, wanted(model))
    path = f"{PATH}/{made.json['id']}"
    assert (await open_service.patch(path, {"apiKey": "wrong-key"})).fields == ["apiKey"]
    assert (await open_service.patch(path, {"model": "gpt-test"})).json["model"] == "gpt-test"
    assert (await open_service.patch(path, {"model": None})).json["model"] is None
    assert (await open_service.patch(path, {"label": None})).fields == ["label"]


async def test_rotation_seals_anew_and_everything_still_opens(open_service: Service, model: ModelServer) -> None:
    made = await open_service.post(PATH, wanted(model))
    store = open_service.ports.store
    before = await store.credential(made.json["id"])
    vault = add_key(open_service.folder)
    done = await reseal(store, vault)
    after = await store.credential(made.json["id"])
    assert before is not None
    assert after is not None
    assert (done.count, done.broken) == (1, ())
    assert (before.key_version, after.key_version) == (1, 2)
    assert before.sealed_key != after.sealed_key
    assert opened(load_vault(open_service.folder), after) == KEY
    assert (await open_service.patch(f"{PATH}/{made.json['id']}", {"model": "gpt-test"})).status == 200
    assert (await reseal(store, vault)).count == 0
