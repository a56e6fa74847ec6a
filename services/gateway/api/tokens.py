"""Tokens for programs: made by their owner with an end, named, shown once, taken back at any time."""

from datetime import timedelta

from aiohttp import web

from services.gateway.api import signin_schemas as who
from services.gateway.api.account import changed_account
from services.gateway.api.call import Call, answer, answer_all
from services.gateway.api.signin import local_issuer
from services.gateway.identity.tokens import PROGRAM
from shared.model.accounts import Account, ApiToken
from shared.model.ids import new_id
from shared.runtime.problems import Problem, not_found

_MOST = 50


async def list_tokens(call: Call) -> web.Response:
    local_issuer(call)
    now = call.context.ports.clock.now()
    newest = sorted(call.account.tokens, key=lambda token: token.created_at, reverse=True)
    return answer_all([_body(token) for token in newest if token.expires_at > now])


async def create_token(call: Call) -> web.Response:
    issuer = local_issuer(call)
    if call.of_program:  # or one that is taken back could live on in another
        raise Problem(403, "A program's token makes no tokens. Sign in on the page to make one.")
    wanted = await call.body(who.NewToken)
    now = call.context.ports.clock.now()
    life = timedelta(days=wanted.days)
    token = ApiToken(id=new_id(PROGRAM), label=wanted.label, created_at=now, expires_at=now + life)

    def added(account: Account) -> Account:
        living = tuple(each for each in account.tokens if each.expires_at > now)
        if len(living) >= _MOST:
            raise Problem(400, f"An account can hold {_MOST} tokens. Delete one that is no longer used.")
        return account.model_copy(update={"tokens": (*living, token)})

    account = await changed_account(call, added)
    text = issuer.mint(account.id, life.total_seconds(), name=account.name, email=account.email, token_id=token.id)
    return answer(who.FreshToken(**dict(_body(token)), token=text), 201, {"Cache-Control": "no-store"})


async def delete_token(call: Call) -> web.Response:
    local_issuer(call)
    token_id = call.request.match_info["id"]
    if all(token.id != token_id for token in call.account.tokens):
        raise not_found("token")

    def without(account: Account) -> Account:
        return account.model_copy(update={"tokens": tuple(t for t in account.tokens if t.id != token_id)})

    await changed_account(call, without)
    return web.Response(status=204)


def _body(token: ApiToken) -> who.TokenBody:
    return who.TokenBody(id=token.id, label=token.label, created_at=token.created_at, expires_at=token.expires_at)
