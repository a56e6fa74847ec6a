"""Composition root of the gateway: the only public door."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from aiohttp import ClientSession, web

from services.gateway.api.call import MAX_BODY, Call, Context
from services.gateway.api.routes import ROUTES, Route
from services.gateway.assets import AssetLinks
from services.gateway.cors import cors_middleware, cors_signal
from services.gateway.following import Following
from services.gateway.identity.accounts import Accounts
from services.gateway.identity.code_flow import CodeFlow
from services.gateway.identity.external_issuer import ExternalIssuer
from services.gateway.identity.local_issuer import ISSUER, LocalIssuer
from services.gateway.identity.renewal import Renewal
from services.gateway.identity.tokens import Tokens
from services.gateway.limits import Limits
from services.gateway.model_check import ModelCheck
from services.gateway.page import add_page
from services.gateway.settings import GatewaySettings
from shared.model.errors import Misconfigured
from shared.model.events import EVENTS
from shared.runtime.admin import port_checks
from shared.runtime.installation import derived_secret, master_secret
from shared.runtime.outbound.policy import UrlPolicy
from shared.runtime.passes import Passes
from shared.runtime.problems import Problem
from shared.runtime.process import Process
from shared.runtime.vault import load_vault
from shared.runtime.web import middleware_of, stamp


def gateway_app(context: Context) -> web.Application:
    limits = Limits(context.ports.store, context.ports.clock, context.settings)
    origins = context.settings.cors_origins
    app = web.Application(
        client_max_size=MAX_BODY, middlewares=[middleware_of("gateway"), cors_middleware(origins)]
    )
    app.on_response_prepare.append(stamp)
    app.on_response_prepare.append(cors_signal(origins))
    app.on_shutdown.append(partial(_stop_following, context.following))
    add_page(app)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, guarded(route, context, limits))
    return app


async def _stop_following(following: Following, app: web.Application) -> None:
    following.close()


def guarded(
    route: Route, context: Context, limits: Limits
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The row's handler behind what the row asks for: a token and its bucket, or the bucket of sign-ins."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if route.access == "open":
            return await route.handler(Call(context, request))
        if route.access == "signin":
            return await _counted(await limits.signin(request), route.handler(Call(context, request)))
        claims = await context.tokens.claims(request.headers.get("Authorization"))
        headers = await limits.account(claims.subject)
        account = await context.accounts.of(claims)
        with structlog.contextvars.bound_contextvars(user_id=account.id):
            return await _counted(headers, route.handler(Call(context, request, account, claims.of_program)))

    return handle


async def _counted(headers: Mapping[str, str], answer: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    """The answer, or the problem, with the fields of the bucket."""
    try:
        response = await answer
    except Problem as problem:
        problem.headers = {**headers, **problem.headers}
        raise
    response.headers.update(headers)
    return response


async def add_gateway(process: Process, settings: GatewaySettings) -> str:
    """Start the gateway in this process; return the URL of its server."""
    # Bodies are passed on as they come, so nobody is asked to compress one.
    plain = {"Accept-Encoding": "identity"}
    http = await process.stack.enter_async_context(ClientSession(auto_decompress=False, headers=plain))
    following = Following(process.ports.store)
    await process.listen("sessions that are followed", frozenset(event.TYPE for event in EVENTS), following.heard)
    app = gateway_app(_context(process, settings, http, following))
    host, port = await process.serve(app, settings.host, settings.port)
    return f"http://{'[' + host + ']' if ':' in host else host}:{port}"


def _context(process: Process, settings: GatewaySettings, http: ClientSession, following: Following) -> Context:
    master = master_secret(settings.data_dir, settings.internal_key)
    issuer = None if settings.jwks_url else LocalIssuer.load(settings.data_dir, settings.internal_key)
    tokens = (
        Tokens(issuer, ISSUER, own=True)
        if issuer is not None
        else Tokens(ExternalIssuer(http, settings.jwks_url), settings.jwt_issuer, settings.jwt_audience)
    )
    return Context(
        settings=settings,
        ports=process.ports,
        ledger=process.ledger,
        http=http,
        passes=Passes.of(master),
        tokens=tokens,
        accounts=Accounts(process.ports.store, process.ports.clock),
        issuer=issuer,
        code_flow=_code_flow(settings, http) if issuer is None else None,
        renewal=Renewal(derived_secret(master, "renewal of sign-ins"), settings.refresh_ttl),
        links=AssetLinks(derived_secret(master, "asset links"), settings.asset_ttl),
        following=following,
        checks=port_checks(process.ports),
        models=ModelCheck(UrlPolicy(settings.aria_policy, settings.aria_allow)),
        vault=partial(load_vault, settings.data_dir, settings.vault_keys, settings.internal_key),
    )


def _code_flow(settings: GatewaySettings, http: ClientSession) -> CodeFlow | None:
    if not settings.oidc_client_id:
        return None
    if not settings.jwt_issuer:
        raise Misconfigured("SCOPE_OIDC_CLIENT_ID needs SCOPE_JWT_ISSUER: its configuration says where to sign in.")
    return CodeFlow(http, settings.jwt_issuer, settings.oidc_client_id, settings.oidc_scope)
