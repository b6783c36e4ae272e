"""Many clients send or read as slowly as they can; whoever comes meanwhile is served."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from supervision.worker import _acknowledged, _unsent
from tests.supervision.installation import wait_until
from tests.supervision.slow_clients import Server, everything, is_open, server

MANY = 12
"""Clients; there are two threads."""

BEGINNINGS = {
    "headers": b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf=",
    "nothing": b"",
}


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As it is in real life."""
    with server(tmp_path_factory.mktemp("patient")) as found:
        yield found


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With less patience, to see what it does once it has none left."""
    folder = tmp_path_factory.mktemp("hasty")
    with server(folder, SILENCE=1.0, WHOLE=1.5, SENDING=0.5, SEND_BUFFER=4096) as found:
        yield found


@pytest.mark.parametrize("what", BEGINNINGS)
def test_who_sends_slowly_keeps_no_thread(what: str, patient: Server) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(patient.connect()) for _ in range(MANY)]
        for one in slow:
            one.sendall(BEGINNINGS[what])
        for _ in range(4):
            assert patient.ask().startswith(b"HTTP/1.1 200")
        assert all(map(is_open, slow)), "they were waited for meanwhile"


def test_who_is_slow_and_honest_is_served(patient: Server) -> None:
    with patient.connect() as client:
        for piece in (b"POST /3 HT", b"TP/1.1\r\nHost: x\r", b"\nContent-Length: 4\r\n\r", b"\n12"):
            client.sendall(piece)
            assert patient.ask().startswith(b"HTTP/1.1 200"), "so that the piece is read alone"
        # The rest, and the next request behind it.
        client.sendall(b"34GET /5 HTTP/1.1\r\nHost: x\r\nConn")
        client.sendall(b"ection: close\r\n\r\n")
        answer = everything(client)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert b"X-Sent: 4\r\n" in answer
    assert b"xxxxx" in answer


def test_a_byte_now_and_then_does_not_buy_more_time(hasty: Server) -> None:
    with hasty.connect() as head, hasty.connect() as body:
        head.sendall(BEGINNINGS["headers"])
        body.sendall(BEGINNINGS["a body"])

        def one_more() -> bool:
            for client in (head, body):
                with suppress(OSError):
                    client.sendall(b"x")
            return not is_open(head) and not is_open(body)

        wait_until("the end of patience", one_more)
        for client in (head, body):
            assert everything(client).startswith(b"HTTP/1.1 408 ")


def test_silence_ends_a_connection(hasty: Server) -> None:
    with ExitStack() as stack:
        clients = {what: stack.enter_context(hasty.connect()) for what in BEGINNINGS}
        for what, client in clients.items():
            client.sendall(BEGINNINGS[what])
        answers = {what: everything(client) for what, client in clients.items()}
    assert answers.pop("nothing") == b""
    for answer in answers.values():
        assert answer.startswith(b"HTTP/1.1 408 ")


def test_where_there_are_too_many_the_oldest_gives_way(patient: Server) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(patient.connect()) for _ in range(60)]  # of 40 that may be
        assert patient.ask().startswith(b"HTTP/1.1 200")
        assert not is_open(crowd[0])
        assert is_open(crowd[-1])


def test_who_reads_slowly_gives_way_when_others_wait(hasty: Server) -> None:
    request = b"GET /20000000 HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as stack:
        slow = [stack.enter_context(hasty.connect(receive_buffer=4096)) for _ in range(4)]
        for one in slow:
            one.sendall(request)
        slow[0].recv(1)  # at work
        assert hasty.ask().startswith(b"HTTP/1.1 200")


def test_a_large_answer_arrives_whole_when_nobody_else_waits(patient: Server) -> None:
    answer = patient.ask(b"GET /5000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"x") >= 5_000_000


def test_who_does_not_close_holds_up_nobody(patient: Server) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            client = stack.enter_context(patient.connect())
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert everything(client).startswith(b"HTTP/1.1 200")
        assert patient.ask().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nX-Endless: " + b"a" * 70_000, b"431"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", b"400"),
        (b"<script>alert(1)</script>\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_answered_with_our_headers(
    request_: bytes, status: bytes, patient: Server
) -> None:
    answer = patient.ask(request_)
    assert answer.startswith(b"HTTP/1.1 " + status + b" ")
    assert b"Content-Security-Policy: default-src 'none'" in answer
    assert b"X-Content-Type-Options: nosniff" in answer
    assert b"script" not in answer


def test_a_socket_of_ours_tells_what_was_acknowledged() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        taken, _ = listener.accept()
        client.sendall(b"12345")
        assert taken.recv(5) == b"12345"
        wait_until("the acknowledgement", lambda: _unsent(client) == 0)
        assert _acknowledged(client) >= 5
        for one in (client, taken):
            one.close()
        assert (_acknowledged(client), _unsent(client)) == (0, 0)
