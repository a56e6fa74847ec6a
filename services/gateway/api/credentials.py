"""Keys of an account for models of its own: checked when they come, sealed at once, never shown again."""

from aiohttp import web

from services.gateway.api import credential_schemas as s
from services.gateway.api.call import Call, answer, answer_all
from shared.model.credentials import Credential, shown_key
from shared.model.errors import FieldError, Misconfigured
from shared.model.ids import new_id
from shared.runtime.problems import Problem, invalid, not_found
from shared.runtime.sealing import about, opened
from shared.runtime.vault import SealBroken, Vault

_MOST = 20
_NOT_NULL = ("label", "api_key", "is_active")


async def list_credentials(call: Call) -> web.Response:
    found = await call.context.ports.store.credentials(call.account.id)
    return answer_all([_body(credential) for credential in found])


async def create_credential(call: Call) -> web.Response:
    wanted = await call.body(s.NewCredential)
    store, now = call.context.ports.store, call.context.ports.clock.now()
    if len(await store.credentials(call.account.id)) >= _MOST:
        raise Problem(400, f"An account can hold {_MOST} credentials. Delete one that is no longer used.")
    await call.context.models.check(wanted.provider, wanted.api_key, wanted.model, wanted.base_url)
    credential_id = new_id("cred")
    sealed = _vault(call).seal(wanted.api_key, about(credential_id, call.account.id))
    credential = Credential(
        id=credential_id,
        user_id=call.account.id,
        provider=wanted.provider,
        label=wanted.label,
        masked_key=shown_key(wanted.api_key),
        sealed_key=sealed.text,
        key_version=sealed.version,
        model=wanted.model,
        base_url=wanted.base_url,
        is_active=wanted.is_active,
        created_at=now,
        updated_at=now,
    )
    await store.insert_credential(credential)
    return answer(_body(credential), 201)


async def change_credential(call: Call) -> web.Response:
    """What the key opens is checked again when any of it changes."""
    wanted = await call.body(s.CredentialPatch)
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    empty = [
        FieldError(s.CredentialPatch.model_fields[name].alias or name, "must not be null.")
        for name in _NOT_NULL
        if name in given and given[name] is None
    ]
    if empty:
        raise invalid(empty)
    credential = await _own(call)
    changed = credential.model_copy(update={n: v for n, v in given.items() if n != "api_key"})
    if given.keys() & {"api_key", "model", "base_url"}:
        key = given.get("api_key") or _opened(call, credential)
        await call.context.models.check(changed.provider, key, changed.model, changed.base_url)
        sealed = _vault(call).seal(key, about(credential.id, credential.user_id))
        update = {"sealed_key": sealed.text, "key_version": sealed.version, "masked_key": shown_key(key)}
        changed = changed.model_copy(update=update)
    update_of = {"version": credential.version + 1, "updated_at": call.context.ports.clock.now()}
    changed = changed.model_copy(update=update_of)
    if not await call.context.ports.store.replace_credential(changed, credential.version):
        raise Problem(
            503, "The credential was changed by others at the same time. Try again.", headers={"Retry-After": "1"}
        )
    return answer(_body(changed))


async def delete_credential(call: Call) -> web.Response:
    credential = await _own(call)
    await call.context.ports.store.delete_credential(credential.id)
    return web.Response(status=204)


async def _own(call: Call) -> Credential:
    credential = await call.context.ports.store.credential(call.request.match_info["id"])
    if credential is None or credential.user_id != call.account.id:
        raise not_found("credential")
    return credential


def _vault(call: Call) -> Vault:
    try:
        return call.context.vault()
    except Misconfigured as error:
        raise Problem(503, f"Credentials cannot be kept here: {error.message}") from error


def _opened(call: Call, credential: Credential) -> str:
    try:
        return opened(_vault(call), credential)
    except SealBroken as error:
        raise invalid([FieldError("apiKey", f"is needed again: {error.message}")]) from error


def _body(credential: Credential) -> s.CredentialBody:
    names = s.CredentialBody.model_fields
    return s.CredentialBody(**{name: getattr(credential, name) for name in names})
