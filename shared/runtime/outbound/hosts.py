"""What a host in a URL really is: a name, or an IP address in one of its many spellings. Pure."""

import ipaddress
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_NOT_IN_HOSTS = frozenset(" \t\r\n#%/:<>?@[\\]^|\"'`{}")


class BadUrlError(ValueError):
    """Not a URL that a browser could open. The text says what is wrong with it."""


@dataclass(frozen=True)
class Authority:
    """`host` is canonical: lower-case ASCII without a trailing dot, addresses in their usual spelling."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def address(self) -> Address | None:
        """The address, when the host is one."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None


def authority_of(url: str) -> Authority:
    """Where a browser would connect to for this URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadUrlError(f"{url!r} is not a valid URL ({error})") from None
    if parts.scheme.lower() not in _PORTS:
        raise BadUrlError(f"{url!r} is not an http(s) address; only those can be opened")
    if not host or port == 0:
        raise BadUrlError(f"{url!r} names no host that can be connected to")
    return Authority(canonical_host(host), port or _PORTS[parts.scheme.lower()])


def split_authority(text: str) -> Authority:
    """`host:port` or `[v6]:port`, as in CONNECT and in the allow-list; the port must be there."""
    host, colon, port = text.strip().rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not host or (":" in host and not bracketed):
        raise BadUrlError(f"{text!r} is not host:port")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise BadUrlError(f"{text!r} has no valid port")
    return Authority(canonical_host(host[1:-1] if bracketed else host), int(port))


def canonical_host(host: str) -> str:
    """As the URL standard reads it: percent escapes, full-width characters, trailing dot, numbers as IPv4."""
    if ":" in host:
        return _ipv6(host)
    text = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower().removesuffix(".")
    ascii_text = text if text.isascii() else _punycode(text)
    if not ascii_text or _NOT_IN_HOSTS & set(ascii_text) or not ascii_text.isprintable():
        raise BadUrlError(f"{host!r} is not a valid host")
    return _ipv4(ascii_text) if _is_number(ascii_text.rpartition(".")[2]) else ascii_text


def _punycode(text: str) -> str:
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadUrlError(f"{text!r} is not a valid host") from None


def _ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise BadUrlError(f"{host!r} is not a valid IPv6 address") from None
    if address.scope_id is not None:
        raise BadUrlError(f"{host!r} names a network interface; URLs cannot")
    return str(address)


def _is_number(label: str) -> bool:
    if label.isdigit():
        return True
    return label.startswith("0x") and all(c in "0123456789abcdef" for c in label[2:])


def _ipv4(text: str) -> str:
    """One to four numbers, each decimal, octal (0…) or hexadecimal (0x…); the last fills what is left."""
    numbers = [_number(part, text) for part in text.split(".")]
    *leading, last = numbers
    if len(numbers) > 4 or any(n > 255 for n in leading) or last >= 256 ** (5 - len(numbers)):
        raise BadUrlError(f"{text!r} is not a valid IPv4 address")
    value = last + sum(n * 256 ** (3 - i) for i, n in enumerate(leading))
    return str(ipaddress.IPv4Address(value))


def _number(part: str, text: str) -> int:
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)
    except ValueError:
        raise BadUrlError(f"{text!r} is not a valid IPv4 address") from None
