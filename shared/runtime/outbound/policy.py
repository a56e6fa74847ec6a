"""Which addresses the browser may open. Pure: names are resolved elsewhere, the decision is made here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from shared.model.errors import ScopeError
from shared.runtime.outbound.addresses import why_not_public
from shared.runtime.outbound.hosts import Address, Authority, BadUrlError, authority_of, split_authority


class RefusedError(ScopeError):
    """Policy does not let this be opened. The message says what, why, and how to allow it."""


@dataclass(frozen=True)
class UrlPolicy:
    """`allow` holds host:port entries; they overrule `public`. A malformed one is a ScopeError at once."""

    mode: Literal["any", "public"]
    allow: tuple[str, ...] = ()
    _allowed: frozenset[Authority] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            allowed = frozenset(split_authority(entry) for entry in self.allow)
        except BadUrlError as error:
            raise ScopeError(f"SCOPE_ARIA_ALLOW: {error}. Write entries like 127.0.0.1:3000.") from None
        object.__setattr__(self, "_allowed", allowed)

    def authority(self, url: str) -> Authority:
        """Where the URL leads to; refused when it is no http, https, ws or wss address."""
        try:
            return authority_of(url)
        except BadUrlError as error:
            raise RefusedError(f"{error}.") from None

    def check(self, authority: Authority, addresses: Sequence[Address]) -> None:
        """`addresses`: all that the host resolved to. One bad address among them refuses them all."""
        if self.mode == "any" or authority in self._allowed:
            return
        for address in addresses:
            why = why_not_public(address)
            if why and Authority(str(address), authority.port) not in self._allowed:
                raise RefusedError(_sentence(authority, why))


def _sentence(authority: Authority, why: str) -> str:
    """A name's address is not told: a visitor must not be able to ask us for the layout of our network."""
    leads = f"is {why}" if authority.address is not None else f"leads to {why}"
    return (
        f"{authority} is refused: {authority.host} {leads}, and policy allows public addresses only."
        f" To allow it, the operator sets SCOPE_ARIA_ALLOW={authority}."
    )
