"""An external issuer's keys: fetched once, rotated, and kept while the provider is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from services.gateway.identity import external_issuer
from services.gateway.identity.external_issuer import ExternalIssuer
from services.gateway.identity.tokens import Claims, Tokens
from shared.model.errors import Unavailable
from shared.runtime.problems import Problem
from tests.unit.services.gateway.issuers import Signer, ec_signer, provider, rsa_signer

OLD, NEW = rsa_signer("old"), ec_signer("new")


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch whenever there is a reason to."""
    monkeypatch.setattr(external_issuer, "_AGAIN_S", 0.0)


async def subject(issuer: ExternalIssuer, signer: Signer) -> str:
    return (await Tokens(issuer).claims(f"Bearer {signer.token()}")).subject


async def test_keys_are_fetched_once_for_many_calls_at_once(http: ClientSession) -> None:
    async with provider(OLD.jwk()) as remote:
        remote.delay = 0.05
        issuer = ExternalIssuer(http, remote.url)
        assert await asyncio.gather(*(subject(issuer, OLD) for _ in range(10))) == ["usr_1"] * 10
        assert remote.asked == 1


async def test_a_new_kid_is_looked_for(http: ClientSession, impatient: None) -> None:
    async with provider(OLD.jwk()) as remote:
        issuer = ExternalIssuer(http, remote.url)
        await subject(issuer, OLD)
        remote.keys = [OLD.jwk(), NEW.jwk()]
        assert await subject(issuer, NEW) == "usr_1"
        assert await subject(issuer, OLD) == "usr_1"
        assert remote.asked == 2
        remote.keys = [NEW.jwk()]  # the old one is withdrawn: an unknown kid makes us look, and it is gone
        with pytest.raises(Problem):
            await subject(issuer, rsa_signer("unknown"))
        with pytest.raises(Problem):
            await subject(issuer, OLD)


async def test_made_up_kids_do_not_make_us_ask_again_and_again(http: ClientSession) -> None:
    async with provider(OLD.jwk()) as remote:
        issuer = ExternalIssuer(http, remote.url)
        await subject(issuer, OLD)
        for number in range(5):
            with pytest.raises(Problem):
                await subject(issuer, Signer(f"made up {number}", "RS256", OLD.private))
        assert remote.asked == 1


async def test_old_keys_are_fetched_anew(
    http: ClientSession, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external_issuer, "_FRESH_S", 0.0)
    async with provider(OLD.jwk()) as remote:
        issuer = ExternalIssuer(http, remote.url)
        await subject(issuer, OLD)
        remote.keys = [NEW.jwk()]
        with pytest.raises(Problem):
            await subject(issuer, OLD)
        assert remote.asked == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000])
async def test_known_keys_stay_in_use_while_the_provider_answers_nonsense(
    http: ClientSession, impatient: None, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    async with provider(OLD.jwk()) as remote:
        issuer = ExternalIssuer(http, remote.url)
        await subject(issuer, OLD)
        monkeypatch.setattr(external_issuer, "_FRESH_S", 0.0)
        remote.body = body
        assert await subject(issuer, OLD) == "usr_1"
        remote.body, remote.status = None, 500
        assert await subject(issuer, OLD) == "usr_1"
        assert remote.asked == 3


async def test_a_provider_that_never_answered_lets_nobody_in_and_recovers(
    http: ClientSession, impatient: None
) -> None:
    async with provider(OLD.jwk()) as remote:
        remote.status = 503
        issuer = ExternalIssuer(http, remote.url)
        with pytest.raises(Unavailable, match="keys cannot be fetched"):
            await subject(issuer, OLD)
        remote.status = 200
        assert await subject(issuer, OLD) == "usr_1"
    assert await subject(issuer, OLD) == "usr_1"  # the provider is gone altogether


async def test_a_provider_that_is_not_there_lets_nobody_in(http: ClientSession) -> None:
    with pytest.raises(Unavailable):
        await subject(ExternalIssuer(http, "http://127.0.0.1:9/jwks"), OLD)


async def test_a_key_set_that_comes_in_pieces_is_read_to_its_end(http: ClientSession) -> None:
    async with provider(OLD.jwk(), NEW.jwk()) as remote:
        remote.in_pieces = True
        assert await subject(ExternalIssuer(http, remote.url), NEW) == "usr_1"


async def test_a_key_set_without_end_is_not_read_to_it(http: ClientSession) -> None:
    async with provider() as remote:
        remote.body = b'{"keys": [' + b" " * 300_000 + b"]}"
        with pytest.raises(Unavailable):
            await subject(ExternalIssuer(http, remote.url), OLD)


async def test_a_redirection_is_not_followed(http: ClientSession) -> None:
    async with provider(OLD.jwk()) as remote:
        remote.status = 302
        with pytest.raises(Unavailable):
            await subject(ExternalIssuer(http, remote.url), OLD)


async def test_keys_without_a_kid_are_tried(http: ClientSession) -> None:
    nameless = rsa_signer(None)
    async with provider(nameless.jwk()) as remote:
        issuer = ExternalIssuer(http, remote.url)
        assert await subject(issuer, nameless) == "usr_1"
        named = Signer("any", "RS256", nameless.private)
        assert await Tokens(issuer).claims(f"Bearer {named.token()}") == Claims("usr_1")
