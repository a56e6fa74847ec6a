"""What every store promises about credentials (see shared/ports/store.py). An adapter gives the class a `rig`."""

import asyncio

import pytest

from shared.model.credentials import Credential
from shared.model.errors import Conflict
from shared.model.ids import new_id
from tests.contract.store_suite import StoreRig
from tests.samples import NOON, at


def a_credential(**fields: object) -> Credential:
    known: dict[str, object] = {
        "id": new_id("cred"), "user_id": new_id("usr"), "provider": "openai", "label": "mine ✓",
        "masked_key": "sk-…9f", "sealed_key": "c2VhbGVk", "key_version": 1, "created_at": NOON, "updated_at": NOON,
        **fields,
    }  # fmt: skip
    return Credential.model_validate(known)


class CredentialsSuite:
    async def test_a_credential_comes_back_as_it_was(self, rig: StoreRig) -> None:
        store = await rig.open()
        whole = a_credential(model="gpt-test", base_url="http://127.0.0.1:1/v1", is_active=False, version=4)
        await store.insert_credential(whole)
        assert await store.credential(whole.id) == whole
        assert await store.credential(new_id("cred")) is None
        with pytest.raises(Conflict):
            await store.insert_credential(whole)

    async def test_an_account_sees_its_own_newest_first(self, rig: StoreRig) -> None:
        store, user = await rig.open(), new_id("usr")
        old, new = (a_credential(user_id=user, updated_at=at(n)) for n in (1, 2))
        for each in (old, new, a_credential()):
            await store.insert_credential(each)
        assert await store.credentials(user) == [new, old]
        assert await store.credentials(new_id("usr")) == []

    async def test_of_two_changes_with_the_same_expectation_one_wins(self, rig: StoreRig) -> None:
        store, other = await rig.open(), await rig.open()
        credential = a_credential()
        await store.insert_credential(credential)
        changes = [credential.model_copy(update={"label": name, "version": 1}) for name in "ab"]
        won = await asyncio.gather(store.replace_credential(changes[0], 0), other.replace_credential(changes[1], 0))
        assert sorted(won) == [False, True]
        assert await store.credential(credential.id) == changes[won.index(True)]

    async def test_a_deleted_credential_is_gone(self, rig: StoreRig) -> None:
        store = await rig.open()
        credential = a_credential()
        await store.insert_credential(credential)
        await store.delete_credential(credential.id)
        await store.delete_credential(credential.id)
        assert await store.credential(credential.id) is None
        assert await store.credentials(credential.user_id) == []
        assert not await store.replace_credential(credential, 0)

    async def test_what_older_keys_sealed_is_found_for_rotation(self, rig: StoreRig) -> None:
        store = await rig.open()
        each = {version: a_credential(key_version=version) for version in (7001, 7002, 7003)}
        for credential in each.values():
            await store.insert_credential(credential)
        older = {c.id for c in await store.credentials_under(7003, 1000)}
        assert {each[7001].id, each[7002].id} <= older
        assert each[7003].id not in older
        assert len(await store.credentials_under(7003, 1)) == 1
