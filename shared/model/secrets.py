"""Secrets in text: finding them, and masking them before anything is stored, shown, logged or sent. Pure.

Shapes that providers publish for their keys are found wherever they stand. What only its surroundings give away (a
password after its label, a value in a query string, a header) is found by them. Ids, order numbers, hashes and
prices have neither, so they stay.
Sources: RFC 7519 (JWT), RFC 7468 (PEM), RFC 6750 (bearer tokens), ISO/IEC 7812 (cards).
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["api key", "jwt", "card", "password", "url secret", "token", "private key"]


class Span(NamedTuple):
    """Half-open range of characters that are secret."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Masked:
    """A text without its secrets, and how many there were of each kind."""

    text: str
    kinds: tuple[Kind, ...] = ()


def mask(text: str) -> Masked:
    """Each secret becomes `[masked KIND]`."""
    return without(text, spans(text))


def masked(text: str) -> str:
    return mask(text).text


def spans_in(texts: Sequence[str], gap: str) -> list[list[Span]]:
    """For each text the secrets in it, when all are read one after the other with `gap` between them.

    A label may stand in one text and its secret in the next.
    """
    found = spans(gap.join(texts))
    result: list[list[Span]] = []
    at = 0
    for text in texts:
        inside = [(max(s.start - at, 0), min(s.end - at, len(text)), s.kind) for s in found]
        result.append([Span(*each) for each in inside if each[0] < each[1]])
        at += len(text) + len(gap)
    return result


def without(text: str, secrets: Sequence[Span]) -> Masked:
    """The text with a mark in the place of each secret."""
    pieces, at = [], 0
    for span in secrets:
        pieces += [text[at : span.start], marker(span.kind)]
        at = span.end
    return Masked("".join([*pieces, text[at:]]), tuple(span.kind for span in secrets))


def marker(kind: Kind) -> str:
    return f"[masked {kind}]"


def spans(text: str) -> list[Span]:
    """All secrets in order, none overlapping; of two at one place the longer one."""
    found = sorted((span for rule in _RULES for span in rule(text)), key=lambda s: (s.start - s.end, s.start))
    kept: list[Span] = []
    for span in found:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept)


def names_a_secret(label: str) -> bool:
    """Whether a field with this label holds what nobody else may read: a password, a code, the back of a card."""
    return bool(_SECRET_FIELD.search(label)) and not _ABOUT_SECRETS.search(label)


_SECRET_FIELD = re.compile(
    r"\b(pass(word|code|phrase|wort)|passwd|pwd|kennwort|mot de passe|contrase[ñn]a|senha|parola|wachtwoord|pin"
    r"|cvc2?|cvv2?|card verification|security code|sicherheitscode|one[- ]time code|verification code|otp"
    r"|secret( key)?|api[ -]?key|access token|private key)\b",
    re.IGNORECASE,
)
_ABOUT_SECRETS = re.compile(r"\b(hint|name|label|title|expir\w*|length|policy|manager|forgot\w*)\b", re.IGNORECASE)

# --- shapes that give themselves away ---

# What a provider documents, or what its own secret scanner partners publish; the tail is what makes it one key.
# Hexadecimal digits may have been read by OCR, which takes 1 for l and 0 for O.
_SHAPES: tuple[tuple[Kind, str], ...] = (
    ("api key", r"sk-(?:ant-|proj-|svcacct-|or-v1-|live-|test-)?[A-Za-z0-9_-]{16,}"),
    ("api key", r"AIza[A-Za-z0-9_-]{30,40}"),
    ("api key", r"gh[pousr]_[A-Za-z0-9]{20,}"),
    ("api key", r"github_pat_[A-Za-z0-9_]{20,}"),
    ("api key", r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent)-[A-Za-z0-9_.-]{16,}"),
    ("api key", r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}"),
    ("api key", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}"),
    ("api key", r"hf_[A-Za-z0-9]{20,}"),
    ("api key", r"npm_[A-Za-z0-9]{20,}"),
    ("api key", r"pypi-[A-Za-z0-9_-]{32,}"),
    ("api key", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("api key", r"(?:SK|AC)[0-9a-flIoO]{32}"),
    ("api key", r"do[opr]_v1_[0-9a-flIoO]{32,}"),
    ("api key", r"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}"),
    ("api key", r"(?:sq0atp|sq0csp|shpat|shpss|shpca|dapi|lin_api|ntn|figd|glsa|dckr_pat)[_-][A-Za-z0-9_-]{20,}"),
    ("api key", r"(?:pscale_tkn|phc|phx|nvapi|gsk|r8|pplx|xai|tvly)[_-][A-Za-z0-9_-]{20,}"),
    ("api key", r"key-[0-9a-flIoO]{32}"),
    ("jwt", r"ey[A-Za-z0-9_-]{8,}\.ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("jwt", r"ey[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}"),
)  # fmt: skip
_SHAPE = re.compile("|".join(f"(?P<s{i}>{body})" for i, (_, body) in enumerate(_SHAPES)))
_PEM = re.compile(
    r"-{3,5}\s?BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?\s?-{3,5}"
    r"[\s\S]*?(?:-{3,5}\s?END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?\s?-{3,5}|\Z)"
)
_DIGITS = re.compile(r"(?<![\d.,#/-])\d(?:[ \xa0\u2009-]?\d){12,18}(?![\d-]|[.,]\d)")
_CARD_GROUPS = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1)}
_CARD_PREFIX = re.compile(
    r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|6(?:011|4[4-9]|5)|35(?:2[89]|[3-8])|3(?:0[0-5]|[68])"
)
_CARD_LENGTHS = {"4": {13, 16, 19}, "5": {16}, "2": {16}, "3": {14, 15, 16}, "6": {16, 19}}


def _shapes(text: str) -> Iterator[Span]:
    for match in _SHAPE.finditer(text):
        kind = _SHAPES[int((match.lastgroup or "s0")[1:])][0]
        before = text[match.start() - 1 : match.start()]
        if not (before.isascii() and before.isalnum()) and _is_varied(match[0]):
            yield Span(match.start(), match.end(), kind)


def _is_varied(token: str) -> bool:
    """Keys have digits or both cases; `sk-learning-resources-for-all` has neither."""
    tail = token[4:]
    return any(ch.isdigit() for ch in tail) or (tail != tail.lower() and tail != tail.upper())


def _private_keys(text: str) -> Iterator[Span]:
    for match in _PEM.finditer(text):
        yield Span(match.start(), match.end(), "private key")


def _cards(text: str) -> Iterator[Span]:
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        groups = tuple(len(group) for group in re.split(r"[^\d]", match[0]))
        grouped = len(groups) == 1 or groups in _CARD_GROUPS
        usual = len(digits) in _CARD_LENGTHS.get(digits[0], set())
        if grouped and usual and _CARD_PREFIX.match(digits) and luhn(digits):
            yield Span(match.start(), match.end(), "card")


def luhn(digits: str) -> bool:
    """The check of card numbers (ISO/IEC 7812-1, annex B)."""
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


# --- what stands after its name ---

_STRONG = (
    r"pass(?:word|code|phrase|wort|wd)|pwd|kennwort|mot de passe|contrase[ñn]a|senha|"
    r"(?:client|app|shared|signing|webhook|consumer|jwt|session|cookie|aws|master)[_ -]?secret|"
    r"secret[_ -]?(?:access[_ -]?)?key|"
    r"secret|api[_ -]?(?:key|secret|token)|apikey|access[_ -]?(?:token|key)|refresh[_ -]?token|id[_ -]?token|"
    r"auth[_ -]?(?:token|key)|bearer[_ -]?token|private[_ -]?key|account[_ -]?key|"
    r"x-api-key|x-auth-token|authorization|encryption[_ -]?key|connection[_ -]?string|"
    r"session[_ -]?(?:id|token|key)|"
    r"csrf[_ -]?token|xsrf[_ -]?token|one[- ]time code|recovery code|otp|pin|cvc2?|cvv2?"
)
_NAMED = re.compile(
    rf"(?<![A-Za-z0-9])(?P<name>[A-Za-z0-9]{{0,40}}[_-])?(?P<what>{_STRONG}|token)(?P<q>[\"']?)\s*(?P<sign>:=|=>|[:=]|\bis\b|(?=[\"']))\s*"
    r"(?P<value>\"[^\"\n]+\"|'[^'\n]+'|[^\s,;&\"']+)(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
# What stands after such a label without being the thing itself.
_ORDINARY = frozenset(
    """
    a active an and are at change changed choose confirm created current disabled empty enabled enter expired false
    for forgot good hidden hide inactive incorrect invalid is last medium missing must my never new no none not null
    of ok old optional or please repeat required reset revoked set should show shown strong that the this to true
    undefined unset updated was weak wrong yes your
    """.split()  # noqa: SIM905  a list of words reads better
)
_NOTHING = frozenset({"null", "none", "nil", "true", "false", "undefined", "nan"})
_SCHEME = re.compile(r"\b(?P<scheme>bearer|token)\s+(?P<value>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)
_BASIC = re.compile(r"\bBasic\s+(?P<value>[A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z])")
_COOKIE = re.compile(r"\b(?:set-)?cookie\s*:\s*(?P<value>[^\n]+)", re.IGNORECASE)
_PAIR = re.compile(r"(?P<name>[^=;\s]+)=(?P<value>[^;\s]+)")
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "secure", "httponly"})
_USERINFO = re.compile(r"://(?P<user>[^\s:@/]{0,200}):(?P<value>[^\s@/]{1,300}|[^\s@]{1,300}(?=@[A-Za-z0-9\[]))@")
_QUERY = re.compile(r"[?&#;](?P<name>[A-Za-z0-9_.\-\[\]%]+)=(?P<value>[^\s&#;\"'<>)\]]+)")
_QUERY_STRONG = re.compile(
    r"(?:^|[_.\-])(?:access_?token|refresh_?token|id_?token|auth_?token|token|api_?key|apikey|sig|signature|secret|"
    r"client_?secret|password|passwd|pwd|jwt|ticket|otp|credential|security-token|authorization|auth|assertion|"
    r"session_?token|sas|hmac|x-amz-signature|x-goog-signature)$",
    re.IGNORECASE,
)
_QUERY_WEAK = re.compile(
    r"(?:^|[_.\-])(?:key|code|session|session_?id|sess|sid|jsessionid|phpsessid|nonce|hash|invite|reset|magic|verify|"
    r"state|saml\w*|ak|sk)$",
    re.IGNORECASE,
)
_OAUTH = re.compile(r"[?&#]code=.*&state=|[?&#]state=.*&code=")
_BELOW = re.compile(
    rf"(?:^|\n)[^\n:=]{{0,24}}\b(?:{_STRONG})\s*\n[ \t]*(?P<value>\S{{6,}})[ \t]*(?=\n|$)", re.IGNORECASE
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_=-]{32,}(?![A-Za-z0-9+/_=.-])")


def _named(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        value, what = match["value"], match["what"].lower()
        start, end = match.span("value")
        if value[0] in "\"'":
            start, end = start + 1, end - 1
        plain = text[start:end].rstrip(".,;")
        if (
            not plain
            or plain.startswith("[masked")
            or plain.lower() in _NOTHING
            or set(plain) <= set("•*●·x.…-—–_")
        ):
            continue
        sure = match["sign"] in {"=", ":=", "=>"} or (bool(match["q"]) and match["sign"] == ":")
        if what == "authorization":  # the scheme comes first: see _headers
            continue
        if what in {"pin", "otp", "cvc", "cvc2", "cvv", "cvv2"} and not plain.isdigit():
            continue
        if sure or _is_value(plain, match["rest"], weak=what == "token" or match["sign"] in {"is", ""}):
            yield Span(start, start + len(plain), "password" if "pass" in what or "pwd" in what else "token")


def _below(text: str) -> Iterator[Span]:
    """A label with its secret in the line below, as forms lay them out."""
    for match in _BELOW.finditer(text):
        value = match["value"]
        kinds = [any(map(test, value)) for test in (str.isdigit, str.islower, str.isupper)]
        odd = any(not ch.isalnum() for ch in value[1:-1])
        if sum(kinds) + odd >= 3 and kinds[0]:
            yield Span(*match.span("value"), "password")


def _is_value(value: str, rest: str, *, weak: bool) -> bool:
    """Whether what stands after `Password:` is one, rather than the beginning of a sentence about it."""
    odd = any(ch.isdigit() for ch in value) or any(ch in "!@#$%^&*_+=?/\\|~" for ch in value)
    mixed = value != value.lower() and value != value.capitalize() and value != value.upper()
    if re.sub(r"\W", "", value.lower()) in _ORDINARY:
        return False
    if odd or mixed:
        return len(value) >= (8 if weak else 3)
    alone = not re.match(r"\s*[\w(]", rest)
    return alone and not weak and len(value) >= 4


def _headers(text: str) -> Iterator[Span]:
    for match in _SCHEME.finditer(text):
        if _is_random(match["value"]):
            yield Span(*match.span("value"), "token")
    for match in _BASIC.finditer(text):
        if _is_random(match["value"]) or match["value"].endswith("="):
            yield Span(*match.span("value"), "token")
    for match in _COOKIE.finditer(text):
        for pair in _PAIR.finditer(match["value"]):
            if pair["name"].lower() not in _ATTRIBUTES and not pair["value"].startswith("[masked"):
                start = match.start("value")
                yield Span(start + pair.start("value"), start + pair.end("value"), "token")


def _urls(text: str) -> Iterator[Span]:
    for match in _USERINFO.finditer(text):
        yield Span(*match.span("value"), "password")
    with_state = bool(_OAUTH.search(text))
    for match in _QUERY.finditer(text):
        name, value = match["name"].replace("%5B", "[").rstrip("]"), match["value"]
        if value.startswith("[masked"):
            continue
        strong = _QUERY_STRONG.search(name) and len(value) >= 4
        weak = _QUERY_WEAK.search(name) and (
            (len(value) >= 16 and _is_random(value)) or (with_state and name.lower() in {"code", "state"})
        )
        if strong or weak:
            yield Span(*match.span("value"), "url secret")


def _random_tokens(text: str) -> Iterator[Span]:
    """Long strings of letters of both cases and digits that no word, hash or id looks like."""
    for match in _TOKEN.finditer(text):
        token = match[0].strip("=-_/+")
        parts = [part for part in re.split(r"[-_/]", token) if part]
        longest = max(parts, key=len, default="")
        both_cases = longest not in {longest.lower(), longest.upper()}
        digits = sum(ch.isdigit() for ch in longest)
        if len(longest) >= 28 and both_cases and digits >= 2 and _entropy(longest) >= 4.0:
            yield Span(match.start(), match.end(), "token")


def _is_random(value: str) -> bool:
    """Digits among letters, or cases that no word has."""
    letters = [ch for ch in value if ch.isalpha()]
    digits = sum(ch.isdigit() for ch in value)
    if not letters:
        return len(value) >= 20
    upper = sum(ch.isupper() for ch in letters)
    both = 0 < upper < len(letters)
    if digits and len(value) >= 16 and (both or digits >= len(value) / 5):
        return True
    humps = len(re.findall(r"[a-z][A-Z]", value))
    return both and (digits >= 2 or humps >= 3) and len(value) >= 8


def _entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values())


_RULES: tuple[Callable[[str], Iterator[Span]], ...] = (
    _shapes,
    _private_keys,
    _cards,
    _named,
    _below,
    _headers,
    _urls,
    _random_tokens,
)
