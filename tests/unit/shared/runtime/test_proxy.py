"""The proxy, spoken to as Chromium does, and as it never would."""

import asyncio
import time

import pytest

from shared.runtime.outbound.hosts import Authority
from shared.runtime.outbound.policy import UrlPolicy
from shared.runtime.outbound.proxy import MARK, Proxy
from shared.runtime.outbound.visit import Limits
from tests.unit.shared.runtime.loopback import (
    Names,
    asking,
    connected,
    credential,
    echo,
    exchange,
    listening,
    page,
    saying,
)

ANY = UrlPolicy("any")
PATIENT = Limits()


async def test_a_page_comes_through_and_the_server_sees_an_ordinary_request():
    async with listening(page(b"hello")) as server, Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        answer = await exchange(proxy.port, asking(f"http://127.0.0.1:{server.port}/a?b=c#d", visit))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nhello")
    head = server.heads[0]
    assert head.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % server.port)
    assert b"Proxy-Authorization" not in head
    assert (visit.requests, visit.bytes, visit.troubles) == (1, 5, {})


async def test_a_body_goes_out_and_an_answer_may_come_before_all_of_it():
    async def talk(reader, writer):
        got = await reader.readexactly(3)
        await saying(b"HTTP/1.1 200 OK\r\n\r\n" + got)(reader, writer)

    async with listening(talk) as server, Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        url = f"http://127.0.0.1:{server.port}/"
        whole = await exchange(proxy.port, asking(url, visit, "POST", b"Content-Length: 3\r\n", b"abc"))
        early = await exchange(proxy.port, asking(url, visit, "POST", b"Content-Length: 999\r\n", b"def"))
    assert whole.endswith(b"\r\n\r\nabc")
    assert early.endswith(b"\r\n\r\ndef")


async def test_interim_answers_are_left_out():
    answer = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with listening(saying(answer)) as server, Proxy(ANY) as proxy:
        got = await exchange(proxy.port, asking(f"http://127.0.0.1:{server.port}/", proxy.open(PATIENT)))
    assert got == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


# --- who may use it


@pytest.mark.parametrize(
    "authorization", [b"", b"Proxy-Authorization: Basic eDp5\r\n", b"Proxy-Authorization: Bearer x\r\n"]
)
@pytest.mark.parametrize("method", ["GET http://127.0.0.1:{port}/", "CONNECT 127.0.0.1:{port}"])
async def test_strangers_are_asked_for_a_password_and_get_nothing(authorization, method):
    async with listening(page()) as server, Proxy(ANY) as proxy:
        proxy.open(PATIENT)
        line = method.format(port=server.port).encode() + b" HTTP/1.1\r\n"
        answer = await exchange(proxy.port, line + authorization + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 407 ")
    assert b"Proxy-Authenticate: Basic" in answer
    assert server.heads == []


async def test_the_password_ends_with_the_visit_and_so_do_its_tunnels():
    async with listening(echo) as server, Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        async with connected(proxy.port) as (reader, writer):
            writer.write(asking(f"127.0.0.1:{server.port}", visit, "CONNECT"))
            assert b"200" in await reader.readuntil(b"\r\n\r\n")
            await proxy.close(visit)
            with pytest.raises(ConnectionError):
                await reader.readexactly(1)
        assert (await exchange(proxy.port, asking("http://127.0.0.1:1/", visit))).startswith(b"HTTP/1.1 407 ")


# --- policy


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]", "１２７.1"]
)
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
async def test_public_refuses_loopback_in_every_spelling(host, method):
    async with listening(page()) as server, Proxy(UrlPolicy("public")) as proxy:
        visit = proxy.open(PATIENT)
        target = f"http://{host}:{server.port}/" if method == "GET" else f"{host}:{server.port}"
        answer = await exchange(proxy.port, asking(target, visit, method))
    if not host.isascii():  # no browser sends it, and HTTP has no such characters
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))
    else:
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert f"{MARK}: {visit.mark}".encode() in answer
        assert [trouble.kind for trouble in visit.troubles.values()] == ["refused"]
    assert server.heads == []


async def test_a_name_is_resolved_once_and_that_very_address_is_used():
    """Rebinding: harmless when asked first, another machine when asked again."""
    async with listening(page(b"good")) as good, listening(page(b"bad"), "127.0.0.2", good.port) as bad:
        names = Names(rebind_test=[["127.0.0.1"], ["127.0.0.2"]])
        async with Proxy(UrlPolicy("public", (f"127.0.0.1:{good.port}",)), names) as proxy:
            visit = proxy.open(PATIENT)
            url = f"http://rebind.test:{good.port}/"
            first = await exchange(proxy.port, asking(url, visit))
            assert names.asked == ["rebind.test"]
            second = await exchange(proxy.port, asking(url, visit))
    assert first.endswith(b"good")
    assert b"Host: rebind.test:%d" % good.port in good.heads[0]
    assert second.startswith(b"HTTP/1.1 403 ")
    assert len(names.asked) == 2
    assert bad.heads == []


async def test_all_addresses_of_a_name_must_be_allowed():
    async with listening(page()) as server:
        names = Names(two_test=[["127.0.0.1", "127.0.0.2"]])
        async with Proxy(UrlPolicy("public", (f"127.0.0.1:{server.port}",)), names) as proxy:
            visit = proxy.open(PATIENT)
            answer = await exchange(proxy.port, asking(f"http://two.test:{server.port}/", visit))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"two.test leads to a loopback address" in answer
    assert server.heads == []


async def test_the_next_address_is_tried_when_one_does_not_answer():
    names = Names(two_test=[["127.0.0.2", "127.0.0.1"]])
    async with listening(page(b"here")) as server, Proxy(ANY, names) as proxy:
        answer = await exchange(proxy.port, asking(f"http://two.test:{server.port}/", proxy.open(PATIENT)))
    assert answer.endswith(b"here")


# --- tunnels


async def test_a_tunnel_carries_bytes_both_ways_and_ends_with_either_side():
    async with listening(echo) as server, Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        async with connected(proxy.port) as (reader, writer):
            writer.write(asking(f"127.0.0.1:{server.port}", visit, "CONNECT"))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            writer.write(b"hi\r\n\r\n" + b"x" * 5)
            assert await reader.readexactly(5) == b"x" * 5
            writer.write_eof()
            assert await reader.read() == b""
    assert visit.bytes == 6 + 5 + 5


@pytest.mark.parametrize("tunnel", [True, False])
async def test_a_websocket_passes_through_a_tunnel_and_as_an_upgrade(tunnel):
    async def talk(reader, writer):
        await saying(b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")(reader, writer)
        await echo(reader, writer)

    handshake = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n"
    async with listening(talk) as server, Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        async with connected(proxy.port) as (reader, writer):
            if tunnel:
                writer.write(asking(f"127.0.0.1:{server.port}", visit, "CONNECT"))
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + handshake + b"\r\n")
            else:
                writer.write(asking(f"ws://127.0.0.1:{server.port}/", visit, more=handshake))
            assert b"101 Switching" in await reader.readuntil(b"\r\n\r\n")
            writer.write(b"frame")
            assert await reader.readexactly(5) == b"frame"
    assert b"Upgrade: websocket" in server.heads[0]


# --- limits


async def test_too_many_bytes_cut_the_page_off():
    async def endless(reader, writer):
        await saying(b"HTTP/1.1 200 OK\r\n\r\n")(reader, writer)
        while True:
            await saying(b"x" * 65536)(reader, writer)

    async with listening(endless) as server, Proxy(ANY) as proxy:
        visit = proxy.open(Limits(total_bytes=1024**2))
        url = f"http://127.0.0.1:{server.port}/"
        answer = await exchange(proxy.port, asking(url, visit))
        assert len(answer) < 2 * 1024**2
        assert visit.exceeded == "more than 1 MB"
        assert (await exchange(proxy.port, asking(url, visit))).startswith(b"HTTP/1.1 403 ")
    assert len(server.heads) == 1


async def test_too_many_requests_are_refused_and_other_pages_are_not_touched():
    async with listening(page()) as server, Proxy(ANY) as proxy:
        visit, other = proxy.open(Limits(requests=2)), proxy.open(PATIENT)
        url = f"http://127.0.0.1:{server.port}/"
        statuses = [(await exchange(proxy.port, asking(url, visit)))[9:12] for _ in range(3)]
        assert statuses == [b"200", b"200", b"403"]
        assert visit.exceeded == "more than 2 requests"
        assert (await exchange(proxy.port, asking(url, other)))[9:12] == b"200"


async def test_a_head_that_is_too_large_is_refused():
    async with Proxy(ANY, strangers=Limits(head_bytes=2048)) as proxy:
        visit = proxy.open(PATIENT)
        one_line = asking("http://127.0.0.1:1/", visit, more=b"A: " + b"x" * 4096 + b"\r\n")
        many_lines = asking("http://127.0.0.1:1/", visit, more=b"A: x\r\n" * 1000)
        assert (await exchange(proxy.port, one_line)).startswith(b"HTTP/1.1 431 ")
        assert (await exchange(proxy.port, many_lines)).startswith(b"HTTP/1.1 431 ")


async def test_a_client_that_dawdles_is_left():
    async with Proxy(ANY, strangers=Limits(head_seconds=0.3)) as proxy, connected(proxy.port) as (reader, writer):
        began = time.monotonic()
        writer.write(b"GET http://127.0.0.1/ HTTP/1.1\r\n")
        with pytest.raises(ConnectionError):
            await reader.readexactly(1)
        assert time.monotonic() - began < 5


async def test_a_server_that_says_nothing_is_left():
    async def silence(reader, writer):
        await asyncio.sleep(60)

    async with listening(silence) as server, Proxy(ANY) as proxy:
        visit = proxy.open(Limits(idle_seconds=0.3))
        answer = await exchange(proxy.port, asking(f"http://127.0.0.1:{server.port}/", visit))
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert b"did not answer within 0.3 s" in answer


async def test_a_tunnel_in_which_nothing_moves_is_closed_but_one_sided_talk_is_not():
    async def dripping(reader, writer):
        for _ in range(8):
            await saying(b".")(reader, writer)
            await asyncio.sleep(0.1)
        await asyncio.sleep(60)

    async with listening(dripping) as server, Proxy(ANY) as proxy:
        visit = proxy.open(Limits(idle_seconds=0.4))
        async with connected(proxy.port) as (reader, writer):
            writer.write(asking(f"127.0.0.1:{server.port}", visit, "CONNECT"))
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"GET\r\n\r\n")
            assert await reader.readexactly(8) == b"." * 8
            with pytest.raises(ConnectionError):
                await asyncio.wait_for(reader.readexactly(1), 5)


# --- what cannot be reached


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:{free}/", b"Nothing listens on 127.0.0.1:{free} (connection refused)"),
        ("http://nowhere.test/", b"nowhere.test:80 could not be reached"),
    ],
)
async def test_an_unreachable_server_is_told_in_words(url, words, unused_tcp_port):
    async with Proxy(ANY, Names()) as proxy:
        visit = proxy.open(PATIENT)
        answer = await exchange(proxy.port, asking(url.format(free=unused_tcp_port), visit))
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert words.replace(b"{free}", b"%d" % unused_tcp_port) in answer
    assert [trouble.kind for trouble in visit.troubles.values()] == ["unreachable"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed the connection without an answer"),
        (b"hello\r\n\r\n", "does not speak proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000, "the head is too large"),
        (b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n", "password of a proxy"),
        (b"HTTP/1.1 200 OK\r\nA:", "the head breaks off"),
    ],
)
async def test_what_is_no_answer_is_told_in_words(answer, words):
    async with listening(saying(answer)) as server, Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        got = await exchange(proxy.port, asking(f"http://127.0.0.1:{server.port}/", visit))
    assert got.startswith(b"HTTP/1.1 502 ")
    assert words in visit.troubles[Authority("127.0.0.1", server.port)].sentence


async def test_a_server_cannot_pass_its_answers_off_as_the_proxys():
    async with listening(page(more=b"X-Scope-Proxy: forged\r\n")) as server, Proxy(ANY) as proxy:
        answer = await exchange(proxy.port, asking(f"http://127.0.0.1:{server.port}/", proxy.open(PATIENT)))
    assert b"forged" not in answer


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET / HTTP/1.1", b"400"),
        (b"GET https://127.0.0.1/ HTTP/1.1", b"400"),
        (b"GET file:///etc/passwd HTTP/1.1", b"400"),
        (b"GET http:// HTTP/1.1", b"400"),
        (b"GET http://a:x/ HTTP/1.1", b"400"),
        (b"CONNECT 127.0.0.1 HTTP/1.1", b"400"),
        (b"CONNECT http://127.0.0.1:80/ HTTP/1.1", b"400"),
        (b"CONNECT :80 HTTP/1.1", b"400"),
    ],
)
async def test_malformed_targets_are_refused(line, status):
    async with Proxy(ANY) as proxy:
        visit = proxy.open(PATIENT)
        answer = await exchange(proxy.port, line + b"\r\n" + credential(visit) + b"\r\n\r\n")
    assert answer[9:12] == status


@pytest.mark.parametrize(
    "noise", [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"\r\n\r\n", b"GET\r\n\r\n", b"\xff" * 100 + b"\n\n"]
)
async def test_noise_is_refused(noise):
    async with Proxy(ANY) as proxy:
        assert (await exchange(proxy.port, noise)).startswith(b"HTTP/1.1 400 ")


async def test_nothing_is_left_when_the_proxy_ends():
    async with listening(echo) as server:
        async with Proxy(ANY) as proxy:
            visit = proxy.open(PATIENT)
            async with connected(proxy.port) as (reader, writer):
                writer.write(asking(f"127.0.0.1:{server.port}", visit, "CONNECT"))
                await reader.readuntil(b"\r\n\r\n")
                port = proxy.port
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    assert asyncio.all_tasks() == {asyncio.current_task()}
