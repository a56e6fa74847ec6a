import ipaddress

import pytest

from shared.model.errors import ScopeError
from shared.runtime.outbound.addresses import why_not_public
from shared.runtime.outbound.policy import RefusedError, UrlPolicy

PUBLIC = UrlPolicy("public")

_REFUSED = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1"],
    "link-local": ["169.254.0.1", "169.254.255.255", "fe80::1", "febf::1"],
    "metadata": ["169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
        "fd20:ce::254"],
    "carrier": ["100.64.0.1", "100.127.255.255"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "site-local": ["fec0::1"],
    "local NAT64": ["64:ff9b:1::8.8.8.8", "64:ff9b:1:ffff::1"],
    "reserved": [
        "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
        "240.0.0.1", "255.255.255.255", "2001:db8::1", "3fff::1", "2001:10::1", "2001:20::1", "100::1", "4000::1",
        "5f00::1",
    ],
    "inside an IPv6": [
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
        "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "2002:7f00:1::",
        "2002:c0a8:101::1", "2002:a9fe:a9fe::", "2001:0:7f00:1::1", "2001:0:808:808::80ff:fffe",
        "2a00:1450::5efe:10.0.0.1", "2a00:1450::200:5efe:127.0.0.1",
    ],
}  # fmt: skip
_ALLOWED = [
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.255.255",
    "169.253.255.255", "11.0.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::200e", "64:ff9b::8.8.8.8",
    "::ffff:8.8.8.8", "2002:808:808::1", "2001:0:808:808::f7f7:f7f7", "2a00:1450::5efe:8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize(("why", "text"), [(why, text) for why, texts in _REFUSED.items() for text in texts])
def test_public_refuses(why, text):
    address = ipaddress.ip_address(text)
    assert why in (why_not_public(address) or "")
    authority = PUBLIC.authority(f"http://[{text}]/" if ":" in text else f"http://{text}/")
    with pytest.raises(RefusedError):
        PUBLIC.check(authority, [address])


@pytest.mark.parametrize("text", _ALLOWED)
def test_public_lets_the_internet_through(text):
    assert why_not_public(ipaddress.ip_address(text)) is None


def _check(policy: UrlPolicy, url: str, *addresses: str) -> None:
    policy.check(policy.authority(url), [ipaddress.ip_address(text) for text in addresses])


def test_one_bad_address_among_good_ones_is_enough():
    with pytest.raises(RefusedError, match="leads to a private address"):
        _check(PUBLIC, "http://two.example/", "8.8.8.8", "10.0.0.1")


def test_any_lets_everything_on_the_web_through_and_nothing_else():
    anything = UrlPolicy("any")
    _check(anything, "http://localhost:3000/", "127.0.0.1")
    _check(anything, "ws://metadata/", "169.254.169.254")
    with pytest.raises(RefusedError, match="not an http"):
        anything.authority("file:///etc/passwd")


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("localhost:3000", "http://localhost:3000/x"),
        ("LOCALHOST.:3000", "http://localhost:3000/x"),
        ("127.0.0.1:3000", "http://2130706433:3000/"),
        ("127.1:3000", "http://127.0.0.1:3000/"),
        ("127.0.0.1:3000", "http://name.example:3000/"),  # the address is what counts
        ("127.0.0.1:80", "http://127.0.0.1/"),
    ],
)
def test_the_list_overrules_public(entry, url):
    _check(UrlPolicy("public", (entry,)), url, "127.0.0.1")


@pytest.mark.parametrize("url", ["http://localhost:3001/", "http://sub.localhost:3000/", "https://localhost/"])
def test_the_list_is_for_exactly_what_it_names(url):
    with pytest.raises(RefusedError):
        _check(UrlPolicy("public", ("localhost:3000",)), url, "127.0.0.1")


def test_a_list_entry_without_a_port_is_an_error_at_once():
    with pytest.raises(ScopeError, match=r"SCOPE_ARIA_ALLOW: 'intranet' is not host:port"):
        UrlPolicy("public", ("intranet",))


def test_a_refusal_says_what_why_and_how_to_allow_it():
    with pytest.raises(RefusedError) as refused:
        _check(PUBLIC, "http://0x7f.1:3000/", "127.0.0.1")
    assert refused.value.message == (
        "127.0.0.1:3000 is refused: 127.0.0.1 is a loopback address, and policy allows public addresses only."
        " To allow it, the operator sets SCOPE_ARIA_ALLOW=127.0.0.1:3000."
    )


def test_a_refusal_does_not_tell_the_address_behind_a_name():
    with pytest.raises(RefusedError) as refused:
        _check(PUBLIC, "http://db.intranet/", "10.1.2.3")
    assert "db.intranet leads to a private address" in refused.value.message
    assert "10.1.2.3" not in refused.value.message
