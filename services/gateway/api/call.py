"""What a handler is called with, and the small things that every handler does."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientSession, web
from pydantic import BaseModel, ValidationError

from services.gateway.assets import AssetLinks
from services.gateway.following import Following
from services.gateway.identity.accounts import Accounts
from services.gateway.identity.code_flow import CodeFlow
from services.gateway.identity.local_issuer import LocalIssuer
from services.gateway.identity.renewal import Renewal
from services.gateway.identity.tokens import Tokens
from services.gateway.model_check import ModelCheck
from services.gateway.settings import GatewaySettings
from shared.model.accounts import Account
from shared.model.session import Session
from shared.runtime.admin import Check
from shared.runtime.ledger import Ledger
from shared.runtime.passes import Passes
from shared.runtime.problems import Problem, from_validation, not_found, response_of
from shared.runtime.vault import Vault
from shared.runtime.web import REQUEST_ID
from shared.runtime.wiring import Ports

M = TypeVar("M", bound=BaseModel)

MAX_BODY = 5 * 1024 * 1024


@dataclass(frozen=True)
class Context:
    """Everything that handlers share. `issuer` is None with an external issuer, `code_flow` without one."""

    settings: GatewaySettings
    ports: Ports
    ledger: Ledger
    http: ClientSession
    passes: Passes
    tokens: Tokens
    accounts: Accounts
    issuer: LocalIssuer | None
    code_flow: CodeFlow | None
    renewal: Renewal
    links: AssetLinks
    following: Following
    checks: Mapping[str, Check]
    models: ModelCheck
    vault: Callable[[], Vault]


@dataclass(frozen=True)
class Call:
    context: Context
    request: web.Request
    signed_in: Account | None = None
    of_program: bool = False  # it came with a token that was made for a program

    @property
    def account(self) -> Account:
        """Only for rows that ask for a token."""
        if self.signed_in is None:
            raise RuntimeError("this row of the table does not ask for a token")
        return self.signed_in

    async def body(self, model: type[M]) -> M:
        """The JSON body. Problem 400 that names what is wrong with it."""
        if self.request.content_type != "application/json":
            raise Problem(400, "Send the body as JSON, with Content-Type: application/json.")
        try:
            text = await self.request.read() or b"{}"
            return model.model_validate_json(text, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            raise from_validation(error) from error

    def query(self, model: type[M]) -> M:
        """The known query parameters; others change nothing."""
        known = {field.alias or name for name, field in model.model_fields.items()}
        given = {name: value for name, value in self.request.query.items() if name in known}
        try:
            return model.model_validate_strings(given, by_alias=True, by_name=False)
        except ValidationError as error:
            raise from_validation(error) from error

    def refusal(self, problem: Problem) -> web.Response:
        """The problem as a response, for handlers that have something to add to it."""
        return response_of(problem, self.request.path, self.request[REQUEST_ID])

    async def session(self) -> Session:
        """The session of the path. Problem 404 when it is unknown, deleted or somebody else's."""
        session = await self.context.ports.store.session(self.request.match_info["id"])
        if session is None or session.deleted or session.user_id != self.account.id:
            raise not_found()
        return session


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


def answer(body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    text = body.model_dump_json(by_alias=True)
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)


def answer_all(bodies: list[Any], headers: Mapping[str, str] | None = None) -> web.Response:
    text = f"[{','.join(body.model_dump_json(by_alias=True) for body in bodies)}]"
    return web.Response(text=text, content_type="application/json", headers=headers)


def etag_of(body: BaseModel) -> str:
    """A strong validator of what the client sees."""
    return f'"{hashlib.sha256(body.model_dump_json(by_alias=True).encode()).hexdigest()[:32]}"'


def etag_matches(header: str, etag: str) -> bool:
    """For `If-None-Match`; weak prefixes are ignored as RFC 9110 says."""
    given = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in given or etag in given
