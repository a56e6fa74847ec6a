"""Checking a bearer token: only what RFC 8725 lets pass."""

import base64
import hmac
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.gateway.identity.keys import VerifyKey, verify_keys
from services.gateway.identity.local_issuer import ISSUER, LocalIssuer
from services.gateway.identity.tokens import Claims, Tokens
from shared.runtime.problems import Problem
from tests.unit.services.gateway.issuers import Signer, ec_signer, ed_signer, rsa_signer

RSA, EC, ED = rsa_signer(), ec_signer(), ed_signer()
SIGNERS = pytest.mark.parametrize("signer", [RSA, EC, ED], ids=lambda signer: signer.algorithm)


class Fixed:
    """A set of configured keys."""

    def __init__(self, *signers: Signer) -> None:
        self._keys = verify_keys({"keys": [signer.jwk() for signer in signers]})

    async def keys(self, kid: str | None) -> Sequence[VerifyKey]:
        return [key for key in self._keys if kid is None or key.kid in {None, kid}]


async def claims(tokens: Tokens, token: str) -> Claims:
    return await tokens.claims(f"Bearer {token}")


async def refused(tokens: Tokens, authorization: str | None) -> None:
    with pytest.raises(Problem) as caught:
        await tokens.claims(authorization)
    problem = caught.value
    assert (problem.status, problem.message) == (401, "Unauthorized")
    assert problem.headers == {"WWW-Authenticate": "Bearer"}


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


ALL = Tokens(Fixed(RSA, EC, ED))


@SIGNERS
async def test_a_token_of_a_configured_key_is_taken(signer: Signer) -> None:
    token = signer.token(sub="auth0|ü", email="a@x.de", name="Ann", picture="https://x/y", iat=1, other=[1])
    assert await claims(ALL, token) == Claims("auth0|ü", "a@x.de", "Ann", "https://x/y")


@SIGNERS
async def test_a_token_needs_no_more_than_subject_and_expiry(signer: Signer) -> None:
    assert await claims(ALL, signer.token()) == Claims("usr_1")


async def test_claims_of_another_type_count_as_missing() -> None:
    token = RSA.token(email=["a@x.de"], name="", picture={"url": 1})
    assert await claims(ALL, token) == Claims("usr_1")
    assert len((await claims(ALL, RSA.token(name="x" * 3000))).name or "") == 500


@SIGNERS
@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": None}, {"exp": "soon"}, {"sub": None}, {"sub": ""}, {"sub": 5}, {"sub": "x" * 256},
    ],
    ids=str,
)  # fmt: skip
async def test_claims_that_are_wrong_are_refused(signer: Signer, wrong: dict[str, Any]) -> None:
    await refused(ALL, f"Bearer {signer.token(**wrong)}")


@SIGNERS
@pytest.mark.parametrize(("claim", "seconds"), [("exp", -31), ("exp", -(10**9)), ("nbf", 90), ("iat", 90)])
async def test_a_token_out_of_its_time_is_refused(signer: Signer, claim: str, seconds: int) -> None:
    await refused(ALL, f"Bearer {signer.token(**{claim: int(time.time()) + seconds})}")


async def test_clocks_may_differ_by_half_a_minute() -> None:
    now = int(time.time())
    assert await claims(ALL, RSA.token(exp=now - 20)) == Claims("usr_1")
    assert await claims(ALL, RSA.token(nbf=now + 20)) == Claims("usr_1")


async def test_without_a_signature_nothing_passes() -> None:
    body = {"sub": "usr_1", "exp": int(time.time()) + 60}
    for algorithm in ("none", "None", "NONE", "nOnE", ""):
        for kid in ({}, {"kid": "rsa"}):
            await refused(ALL, f"Bearer {part({'alg': algorithm, 'typ': 'JWT', **kid})}.{part(body)}.")
    head, middle, _ = RSA.token().split(".")
    await refused(ALL, f"Bearer {head}.{middle}.")
    await refused(ALL, f"Bearer {head}.{middle}")


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
async def test_a_public_key_is_no_shared_secret(form: PublicFormat) -> None:
    """HS256 signed with the RSA public key, which everybody knows."""
    secret = RSA.private.public_key().public_bytes(Encoding.PEM, form)
    for algorithm in ("HS256", "HS384", "HS512"):
        head, body = part({"alg": algorithm, "kid": "rsa"}), part({"sub": "usr_1", "exp": int(time.time()) + 60})
        signature = hmac.new(secret, f"{head}.{body}".encode(), f"sha{algorithm[2:]}").digest()
        await refused(ALL, f"Bearer {head}.{body}.{part(signature)}")


async def test_a_key_has_one_algorithm() -> None:
    for algorithm in ("RS384", "RS512", "PS256"):
        signer = Signer("rsa", algorithm, RSA.private)
        await refused(ALL, f"Bearer {signer.token()}")


async def test_the_kid_only_selects_among_configured_keys() -> None:
    stranger = rsa_signer("rsa")
    await refused(ALL, f"Bearer {stranger.token()}")
    await refused(ALL, f"Bearer {RSA.token(headers={'kid': 'ec'})}")
    await refused(ALL, f"Bearer {RSA.token(headers={'kid': 'unknown'})}")
    await refused(ALL, f"Bearer {RSA.token(headers={'kid': '../../etc/passwd'})}")
    evil = stranger.token(headers={"jwk": stranger.jwk(), "jku": "https://evil/", "x5u": "https://evil/"})
    await refused(ALL, f"Bearer {evil}")


async def test_without_a_kid_every_key_of_the_kind_is_tried() -> None:
    one, two = rsa_signer(None), rsa_signer("two")
    tokens = Tokens(Fixed(one, two, EC))
    for signer in (one, two):
        plain = Signer(None, "RS256", signer.private)
        assert await claims(tokens, plain.token()) == Claims("usr_1")


async def test_issuer_and_audience_are_checked_where_they_are_given() -> None:
    both = Tokens(Fixed(RSA), "https://issuer/", "scope")
    good = {"iss": "https://issuer/", "aud": "scope"}
    assert await claims(both, RSA.token(**good)) == Claims("usr_1")
    assert await claims(both, RSA.token(**{**good, "aud": ["other", "scope"]})) == Claims("usr_1")
    for wrong in (
        {"iss": "https://issuer"}, {"iss": None}, {"aud": "scope2"}, {"aud": None}, {"aud": []}, {"aud": ["other"]},
    ):  # fmt: skip
        await refused(both, f"Bearer {RSA.token(**{**good, **wrong})}")
    assert await claims(Tokens(Fixed(RSA)), RSA.token(iss="any", aud="any")) == Claims("usr_1")


@pytest.mark.parametrize(
    "authorization",
    [
        None, "", " ", "Bearer", "Bearer ", "Token TOKEN", "TOKEN", "Bearer a.b", "Bearer a.b.c.d",
        "Bearer \udcff", f"Bearer {part({'alg': 'RS256'})}.e30.\udcff", f"Bearer {part(b'[' * 5000)}.e30.x",
        f"Bearer {part([1])}.e30.x", f"Bearer {part({'alg': ['RS256']})}.e30.x", f"Bearer {'a' * 9000}",
        f"Bearer {part({'alg': 'RS256', 'kid': 5})}.e30.x", f"Bearer {part({'alg': 'RS256', 'crit': ['x']})}.e30.x",
        f"Bearer {part(b'{')}.e30.x", "Bearer TOKENx", "Bearer TOKEN TOKEN", "Bearer TOKEN.x",
    ],
    ids=range(21),
)  # fmt: skip
async def test_what_is_no_token_is_refused(authorization: str | None) -> None:
    await refused(ALL, authorization and authorization.replace("TOKEN", RSA.token()))


async def test_a_body_that_was_changed_is_refused() -> None:
    head, body, signature = RSA.token().split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "==")) | {"sub": "usr_admin"}
    await refused(ALL, f"Bearer {head}.{part(changed)}.{signature}")


# The local issuer


async def test_the_local_issuer_checks_its_own(tmp_path: Any) -> None:
    issuer = LocalIssuer.load(tmp_path)
    tokens = Tokens(issuer, ISSUER)
    token = issuer.mint("usr_1", 60, name="Ann", email="a@x.de")
    assert await claims(tokens, token) == Claims("usr_1", "a@x.de", "Ann")
    again = LocalIssuer.load(tmp_path)
    assert again.jwks() == issuer.jwks()
    assert await claims(Tokens(again, ISSUER), token) == Claims("usr_1", "a@x.de", "Ann")
    await refused(Tokens(LocalIssuer.load(tmp_path / "other"), ISSUER), f"Bearer {token}")
    await refused(tokens, f"Bearer {issuer.mint('usr_1', -31)}")
    [key] = verify_keys(issuer.jwks())
    assert (key.algorithm, (tmp_path / "keys" / "issuer.pem").stat().st_mode & 0o077) == ("EdDSA", 0)


def test_a_key_of_another_kind_is_said_to_be(tmp_path: Any) -> None:
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    (tmp_path / "keys").mkdir()
    pem = RSA.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "keys" / "issuer.pem").write_bytes(pem)
    with pytest.raises(TypeError, match="not an Ed25519 key"):
        LocalIssuer.load(tmp_path)


# Key sets


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA", "n": "!!!", "e": "AQAB"}, {"kty": "RSA"}, {"kty": "EC"},
        {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}, {"kty": "EC", "crv": ["P-256"]}, {"kty": ["RSA"]}, {},
        RSA.jwk(use="enc"), RSA.jwk(alg="RS512"), RSA.jwk(alg="HS256"), RSA.jwk(d="AA"), {"kty": "OKP",
        "crv": "X25519"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, None, "x", 5, [], {"kty": "EC", "crv": "P-256",
        "x": 5, "y": 5},
    ],
    ids=range(19),
)  # fmt: skip
def test_keys_that_cannot_be_used_are_passed_over(entry: Any) -> None:
    found = verify_keys({"keys": [entry, EC.jwk()]})
    assert [(key.kid, key.algorithm) for key in found] == [("ec", "ES256")]


@pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}])
def test_a_set_without_keys_has_none(jwks: dict[str, Any]) -> None:
    assert verify_keys(jwks) == []
