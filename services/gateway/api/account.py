"""Who one is, and the five settings."""

from collections.abc import Callable

from aiohttp import web

from services.gateway.api import schemas as s
from services.gateway.api import views
from services.gateway.api.call import Call, answer
from services.gateway.api.signin import local_issuer
from shared.model.accounts import Account, AccountSettings
from shared.model.errors import FieldError
from shared.runtime.problems import Problem, invalid

_TRIES = 20


async def read_me(call: Call) -> web.Response:
    return answer(views.user_body(call.account))


async def read_jwks(call: Call) -> web.Response:
    issuer = local_issuer(call)
    return web.json_response(issuer.jwks(), headers={"Cache-Control": "public, max-age=300"})


async def read_settings(call: Call) -> web.Response:
    return answer(_settings(call.account.settings))


async def change_settings(call: Call) -> web.Response:
    wanted = await call.body(s.SettingsPatch)
    update = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    empty = [FieldError(_alias(name), "must not be null.") for name, value in update.items() if value is None]
    if empty:
        raise invalid(empty)

    def changed(account: Account) -> Account:
        return account.model_copy(update={"settings": account.settings.model_copy(update=update)})

    return answer(_settings((await changed_account(call, changed)).settings))


async def changed_account(call: Call, change: Callable[[Account], Account]) -> Account:
    """The caller's account after the change, which is made anew on whatever others wrote meanwhile."""
    account: Account | None = call.account
    for _ in range(_TRIES):
        if account is None:
            break
        changed = change(account).model_copy(update={"version": account.version + 1})
        if await call.context.ports.store.replace_account(changed, account.version):
            return changed
        account = await call.context.ports.store.account(account.id)
    raise Problem(
        503, "The account is being changed by others at the same time. Try again.", headers={"Retry-After": "1"}
    )


def _settings(settings: AccountSettings) -> s.SettingsBody:
    return s.SettingsBody(**dict(settings))


def _alias(name: str) -> str:
    return s.SettingsPatch.model_fields[name].alias or name
