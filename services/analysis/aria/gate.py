"""Pages that ask to sign in: what was recorded lies behind them, and was not seen. Pure."""

import re
from urllib.parse import urlsplit

from shared.model.evidence import INPUT_ROLES, PageSnapshot
from shared.model.secrets import names_a_secret

_SIGN_IN = re.compile(
    r"\b(sign|log)[ -]?(in|on)\b|\blogin\b|\bsign in to\b|\banmeld\w*|\beinloggen\b|\bse connecter\b|\bconnexion\b"
    r"|\biniciar sesi[óo]n\b|\bacceder\b|\baccedi\b|\bentrar\b|\binloggen\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"/(log[-_]?in|sign[-_]?in|auth|sso|oauth2?|saml|account/login|session/new)\b", re.IGNORECASE)
_FEW = 5  # inputs; a page with more is a form of its own that has a password in it


def asks_to_sign_in(page: PageSnapshot) -> str | None:
    """Why the page is taken for a sign-in, in words; None when it is none."""
    nodes = list(page.nodes())
    secret = next((n for n in nodes if n.role == "textbox" and names_a_secret(n.name or n.hint or "")), None)
    said = next(
        (n.name for n in nodes if n.role in {"button", "heading", "link"} and _SIGN_IN.search(n.name)), None
    )
    said = said or (page.title if page.title and _SIGN_IN.search(page.title) else None)
    led_away = _elsewhere(page.url, page.final_url) and bool(_PATH.search(urlsplit(page.final_url or "").path))
    inputs = sum(node.role in INPUT_ROLES for node in nodes)
    if led_away and (said or secret):
        return f"it leads to {page.final_url}"
    if secret is not None and said and inputs <= _FEW:
        return f"it has a field “{secret.name or secret.hint}” and says “{said}”"
    return None


def _elsewhere(asked: str, reached: str | None) -> bool:
    one, other = urlsplit(asked), urlsplit(reached or asked)
    return (one.netloc, one.path.rstrip("/")) != (other.netloc, other.path.rstrip("/"))


def told(why: str, *, signed_in: bool) -> str:
    """For the lane, the inspection and the prompt."""
    if signed_in:
        return f"the page asks to sign in although a storageState was given ({why}); it may have run out"
    return (
        f"the page asks to sign in ({why}), so what was recorded behind it was not inspected; upload the recording"
        " with the storageState of a test account to have it opened signed in"
    )
