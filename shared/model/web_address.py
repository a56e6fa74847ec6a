"""Web addresses that people give us."""

from urllib.parse import urlsplit

MAX_LENGTH = 2048


def web_address(text: str) -> str:
    """The address without space around it. ValueError unless absolute http or https with a host.

    Whether it may be opened is another question: see shared/runtime/outbound/policy.py.
    """
    address = text.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(address) > MAX_LENGTH or any(ch.isspace() or ord(ch) < 32 for ch in address):
        raise ValueError("must be an absolute http:// or https:// address, such as http://localhost:3000")
    return address
