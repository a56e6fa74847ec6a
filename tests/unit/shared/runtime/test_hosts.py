import pytest

from shared.runtime.outbound.hosts import Authority, BadUrlError, authority_of, canonical_host, split_authority


@pytest.mark.parametrize(
    ("spelling", "meaning"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7F.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("①②⑦.0.0.1", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("10.1", "10.0.0.1"),
        ("0xA9FEA9FE", "169.254.169.254"),
        ("LocalHost", "localhost"),
        ("localhost.", "localhost"),
        ("ｌｏｃａｌｈｏｓｔ", "localhost"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("1.2.3.4.example", "1.2.3.4.example"),
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("::FFFF:7F00:1", "::ffff:7f00:1"),
    ],
)
def test_every_spelling_of_a_host_has_one_meaning(spelling, meaning):
    assert canonical_host(spelling) == meaning


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "256.1.1.1",
        "1.2.3.4.5",
        "09.1.1.1",
        "4294967296",
        "a b",
        "a%00b",
        "a/b",
        "a@b",
        "fe80::1%eth0",
        ":::",
    ],
)
def test_what_is_no_host_is_refused(host):
    with pytest.raises(BadUrlError):
        print(canonical_host(host))


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://example.com", Authority("example.com", 80)),
        ("https://example.com/a?b#c", Authority("example.com", 443)),
        ("ws://example.com", Authority("example.com", 80)),
        ("WSS://example.com:8443", Authority("example.com", 8443)),
        ("http://user:secret@127.1:3000/", Authority("127.0.0.1", 3000)),
        ("http://[::1]:3000/", Authority("::1", 3000)),
    ],
)
def test_where_a_url_leads(url, authority):
    assert authority_of(url) == authority


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "javascript:alert(1)", "ftp://a/", "data:text/html,x", "chrome://version", "about:blank",
     "localhost:3000", "/path", "", "http://", "http:///x", "http://a:0/", "http://a:99999/", "http://[::1", "gopher://a"],
)  # fmt: skip
def test_only_web_addresses_lead_anywhere(url):
    with pytest.raises(BadUrlError):
        authority_of(url)


def test_an_authority_is_written_as_in_a_url():
    assert str(Authority("::1", 3000)) == "[::1]:3000"
    assert str(split_authority("LOCALHOST:3000")) == "localhost:3000"
    assert split_authority("[::1]:80") == Authority("::1", 80)


@pytest.mark.parametrize(
    "text", ["localhost", ":80", "a:", "a:b", "a:0", "a:65536", "::1:80", "a:８０", "[::1]", "a:-1"]
)
def test_an_authority_needs_host_and_port(text):
    with pytest.raises(BadUrlError):
        split_authority(text)
