import pytest

from shared.runtime.outbound import wire


def test_a_request_goes_on_without_what_was_meant_for_the_proxy():
    request = wire.request_of(
        b"POST http://h/ HTTP/1.1\r\nHost: evil\r\nProxy-Authorization: Basic c2VjcmV0\r\n"
        b"Proxy-Connection: keep-alive\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
        b"TE: trailers\r\nContent-Length: 2\r\nAccept: */*\r\n\r\n"
    )
    assert wire.forwarded(request, "/p?q", "h:81") == (
        b"POST /p?q HTTP/1.1\r\nHost: h:81\r\nContent-Length: 2\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    assert request.body_length == 2


def test_a_sender_cannot_have_the_framing_removed():
    request = wire.request_of(b"POST http://h/ HTTP/1.1\r\nConnection: content-length\r\nContent-Length: 2\r\n\r\n")
    assert b"Content-Length: 2" in wire.forwarded(request, "/", "h")


def test_an_upgrade_is_passed_on_as_one():
    request = wire.request_of(b"GET ws://h/ HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert request.upgrade
    assert wire.forwarded(request, "/", "h").endswith(b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    response = wire.response_of(b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert b"Upgrade: websocket\r\nConnection: Upgrade" in wire.returned(response)


def test_an_answer_keeps_its_framing_and_loses_its_hop():
    response = wire.response_of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n")
    assert wire.returned(response) == (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )


def test_servers_may_end_lines_with_a_newline_alone_and_leave_the_reason_out():
    response = wire.response_of(b"HTTP/1.0 204\nX: y\n\n")
    assert (response.status, response.reason, response.headers) == (204, "", (("X", "y"),))


@pytest.mark.parametrize(
    "head",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / / HTTP/1.1\r\n\r\n",
        b"G(T / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n",
        b": v\r\n\r\n",
    ],
)
def test_malformed_requests_are_refused(head):
    with pytest.raises(wire.MalformedError) as error:
        wire.request_of(head)
    assert error.value.status == 400


@pytest.mark.parametrize(
    "head", [b"<html>\r\n\r\n", b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/3 200 OK\r\n\r\n", b"ICY 200\r\n\r\n"]
)
def test_malformed_answers_are_refused(head):
    with pytest.raises(wire.MalformedError):
        wire.response_of(head)


def test_a_server_cannot_ask_for_the_proxys_password():
    with pytest.raises(wire.MalformedError, match="password of a proxy"):
        wire.response_of(b"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=scope\r\n\r\n")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Transfer-Encoding: chunked", 411),
        (b"Content-Length: 1\r\nContent-Length: 2", 400),
        (b"Content-Length: -1", 400),
        (b"Content-Length: 0x10", 400),
        (b"Content-Length: 1, 1", 400),
    ],
)
def test_a_body_has_one_known_length(headers, status):
    request = wire.request_of(b"POST http://h/ HTTP/1.1\r\n" + headers + b"\r\n\r\n")
    with pytest.raises(wire.MalformedError) as error:
        print(request.body_length)
    assert error.value.status == status
