"""Who one is, and the five settings."""

from aiohttp import web

from services.gateway.api import schemas as s
from services.gateway.api import views
from services.gateway.api.call import Call, answer
from services.gateway.identity.local_issuer import LocalIssuer
from shared.model.accounts import Account, AccountSettings
from shared.model.errors import FieldError
from shared.runtime.problems import Problem, invalid

_TRIES = 20


async def sign_up(call: Call) -> web.Response:
    issuer = _local(call)
    wanted = await call.body(s.SignUp)
    account = await call.context.accounts.sign_up(wanted.name, wanted.email, wanted.password)
    return answer(_signed_in(call, issuer, account), 201)


async def sign_in(call: Call) -> web.Response:
    issuer = _local(call)
    wanted = await call.body(s.SignIn)
    account = await call.context.accounts.sign_in(wanted.email.strip(), wanted.password)
    return answer(_signed_in(call, issuer, account))


async def read_me(call: Call) -> web.Response:
    return answer(views.user_body(call.account))


async def read_jwks(call: Call) -> web.Response:
    issuer = _local(call)
    return web.json_response(issuer.jwks(), headers={"Cache-Control": "public, max-age=300"})


async def read_settings(call: Call) -> web.Response:
    return answer(_settings(call.account.settings))


async def change_settings(call: Call) -> web.Response:
    wanted = await call.body(s.SettingsPatch)
    update = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    empty = [FieldError(_alias(name), "must not be null.") for name, value in update.items() if value is None]
    if empty:
        raise invalid(empty)
    account: Account | None = call.account
    for _ in range(_TRIES):
        if account is None:
            break
        settings = account.settings.model_copy(update=update)
        changed = account.model_copy(update={"settings": settings, "version": account.version + 1})
        if await call.context.ports.store.replace_account(changed, account.version):
            return answer(_settings(settings))
        account = await call.context.ports.store.account(account.id)
    raise Problem(
        503, "The settings are being changed by others at the same time. Try again.", headers={"Retry-After": "1"}
    )


def _settings(settings: AccountSettings) -> s.SettingsBody:
    return s.SettingsBody(**dict(settings))


def _alias(name: str) -> str:
    return s.SettingsPatch.model_fields[name].alias or name


def _local(call: Call) -> LocalIssuer:
    if call.context.issuer is None:
        raise Problem(404, "Accounts are kept by an external identity provider here. Sign in there.")
    return call.context.issuer


def _signed_in(call: Call, issuer: LocalIssuer, account: Account) -> s.SignedIn:
    token = issuer.mint(account.id, call.context.settings.token_ttl, name=account.name, email=account.email)
    return s.SignedIn(access_token=token, user=views.user_body(account))
