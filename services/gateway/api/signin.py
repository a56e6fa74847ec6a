"""Signing in, staying signed in on the page, signing out."""

from aiohttp import web

from services.gateway.api import signin_schemas as who
from services.gateway.api import views
from services.gateway.api.call import Call, answer
from services.gateway.identity.code_flow import CodeFlow, Granted
from services.gateway.identity.local_issuer import LocalIssuer
from services.gateway.identity.renewal import COOKIE, drop, keep
from services.gateway.identity.tokens import unauthorized
from shared.model.accounts import Account
from shared.runtime.problems import Problem

_NOT_KEPT = {"Cache-Control": "no-store"}


async def sign_in_options(call: Call) -> web.Response:
    """What a page needs to know before anybody is signed in."""
    if call.context.issuer is not None:
        return answer(who.SignInOptions(kind="local"))
    flow = call.context.code_flow
    if flow is None:
        return answer(who.SignInOptions(kind="elsewhere"))
    url = await flow.authorize_url()
    return answer(who.SignInOptions(kind="oidc", authorize_url=url, client_id=flow.client_id, scope=flow.scope))


async def sign_up(call: Call) -> web.Response:
    issuer = local_issuer(call)
    wanted = await call.body(who.SignUp)
    account = await call.context.accounts.sign_up(wanted.name, wanted.email, wanted.password)
    return _signed_in(call, issuer, account, call.context.settings.token_ttl, 201)


async def sign_in(call: Call) -> web.Response:
    issuer = local_issuer(call)
    wanted = await call.body(who.SignIn)
    account = await call.context.accounts.sign_in(wanted.email.strip(), wanted.password)
    return _signed_in(call, issuer, account, call.context.settings.token_ttl)


async def sign_in_by_code(call: Call) -> web.Response:
    wanted = await call.body(who.SignInCode)
    flow = _flow(call)
    granted = await flow.exchange(wanted.code, wanted.code_verifier, wanted.redirect_uri)
    if granted is None:
        raise Problem(401, "The identity provider did not sign you in. Sign in again.")
    return await _granted(call, granted)


async def renew(call: Call) -> web.Response:
    """A short-lived token for whoever has the cookie, or for a token that welcomes, which makes the cookie."""
    held = call.request.cookies.get(COOKIE)
    if held is None and "Authorization" not in call.request.headers:
        return web.Response(status=204)  # nobody was signed in, which is no error
    if call.context.code_flow is not None and held is not None:
        granted = await call.context.code_flow.renew(held)
        return await _granted(call, granted) if granted is not None else drop(call.refusal(unauthorized()))
    issuer = call.context.issuer
    account = await _renewed(call, held)
    if issuer is None or account is None:
        return drop(call.refusal(unauthorized()))
    return _signed_in(call, issuer, account, call.context.settings.page_token_ttl)


async def sign_out(call: Call) -> web.Response:
    """Not for forms of other sites, which could sign people out."""
    if call.request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "same-site", "none"}:
        raise Problem(403, "Sign out on the page itself.")
    return drop(web.Response(status=204))


def local_issuer(call: Call) -> LocalIssuer:
    """Problem 404 with an external one."""
    if call.context.issuer is None:
        raise Problem(404, "Accounts are kept by an external identity provider here. Sign in there.")
    return call.context.issuer


def _flow(call: Call) -> CodeFlow:
    if call.context.code_flow is None:
        words = "Nobody signs in by a code here. With an external provider, set SCOPE_OIDC_CLIENT_ID."
        raise Problem(404, words)
    return call.context.code_flow


async def _renewed(call: Call, held: str | None) -> Account | None:
    authorization = call.request.headers.get("Authorization")
    if authorization is not None:
        claims = await call.context.tokens.claims(authorization)
        return await call.context.accounts.of(claims) if claims.welcomes else None
    account_id = call.context.renewal.account_id(held) if held else None
    return await call.context.ports.store.account(account_id) if account_id else None


def _signed_in(call: Call, issuer: LocalIssuer, account: Account, ttl: float, status: int = 200) -> web.Response:
    token = issuer.mint(account.id, ttl, name=account.name, email=account.email)
    body = who.SignedIn(access_token=token, user=views.user_body(account))
    renewal = call.context.renewal
    return keep(answer(body, status, _NOT_KEPT), call.request, renewal.issue(account.id), renewal.ttl)


async def _granted(call: Call, granted: Granted) -> web.Response:
    account = await call.context.accounts.of(await call.context.tokens.claims(f"Bearer {granted.bearer}"))
    response = answer(who.SignedIn(access_token=granted.bearer, user=views.user_body(account)), headers=_NOT_KEPT)
    if granted.refresh is None:
        return drop(response)  # or the cookie of whoever was here before would stay
    return keep(response, call.request, granted.refresh, call.context.renewal.ttl)
