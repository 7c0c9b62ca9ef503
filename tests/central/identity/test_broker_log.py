"""Lines as mosquitto 2.0.11 writes them, and what is made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.identity.broker_log import LogReader, Refusal

CALL = "New connection from 10.1.2.3:53969 on port 8883."


def read(*lines: str, step_ms: int = 1000) -> list[Refusal]:
    reader = LogReader(centre_clients=frozenset({"siteprogress-centre"}))
    found = [reader.take(line, at_ms=step_ms * index) for index, line in enumerate(lines)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize(
    ("lines", "code", "gateway", "words"),
    [
        (
            (CALL, "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"),
            "tls_refused",
            None,
            "TLS refused: certificate verify failed; the newest caller was 10.1.2.3 at port 8883",
        ),
        (
            (CALL, "OpenSSL Error[0]: error:0A0000C7:SSL routines::peer did not return a certificate"),
            "tls_refused",
            None,
            "did not return a certificate",
        ),
        (
            ("Client connection from 10.9.9.9 failed: error:0A00010B:SSL routines::wrong version number.",),
            "tls_refused",
            None,
            "TLS refused: wrong version number; from 10.9.9.9",
        ),
        (
            ("Denied PUBLISH from gw-1 (d0, q1, r0, m4, 'siteprogress/v1/gw-2/up/data', ... (1 bytes))",),
            "acl_refused",
            "gw-1",
            "publish refused: up of gateway gw-2",
        ),
        (
            ("Denied PUBLISH from gw-1 (d0, q1, r1, m5, 'siteprogress/v1/host/state', ... (1 bytes))",),
            "acl_refused",
            "gw-1",
            "the centre's state",
        ),
        (
            ("Denied PUBLISH from gw-1 (d0, q0, r0, m0, 'siteprogress/v1/gw-1/down/ack', ... (99 bytes))",),
            "acl_refused",
            "gw-1",
            "publish refused: down of itself",
        ),
        (
            ("1788228000: Denied PUBLISH from x y (d0, q1, r0, m6, 'a/'/b', ... (1 bytes))",),
            "acl_refused",
            None,
            "publish refused: a topic outside the tree",
        ),
        (("gw-1 1 siteprogress/v1/gw-2/down/#",), "acl_refused", "gw-1", "down of gateway gw-2"),
        (("gw-1 1 #",), "acl_refused", "gw-1", "other parts of the tree"),
        (("gw-1 1 $CONTROL/#",), "acl_refused", "gw-1", "a topic outside the tree"),
        (("Client gw-3 disconnected, not authorised.",), "acl_refused", "gw-3", "connection refused"),
        (
            ("Client gw-1 already connected, closing old connection.",) * 6,
            "identity_conflict",
            "gw-1",
            "throw each other out",
        ),
    ],
)
def test_a_refusal_is_told(lines: tuple[str, ...], code: str, gateway: str | None, words: str) -> None:
    (found,) = read(*lines)
    assert (found.code, found.gateway) == (code, gateway)
    assert words in found.detail


@pytest.mark.parametrize(
    "line",
    [
        "",
        CALL,
        "mosquitto version 2.0.11 starting",
        "Warning: Mosquitto should not be run as root/administrator.",
        "New client connected from 10.1.2.3:55945 as gw-1 (p5, c1, k60, u'gw-1').",
        "No will message specified.",
        "Sending CONNACK to gw-1 (0, 0)",
        "Received SUBSCRIBE from gw-1",
        "\tsiteprogress/v1/gw-1/down/# (QoS 1)",
        "gw-1 1 siteprogress/v1/gw-1/down/#",
        "gw-1 1 siteprogress/v1/host/state",
        "siteprogress-centre 1 siteprogress/v1/+/up/#",
        "Received PUBLISH from gw-1 (d0, q1, r0, m2, 'siteprogress/v1/gw-1/up/data', ... (1 bytes))",
        "Sending PUBACK to gw-1 (m2, rc0)",
        "Client gw-1 disconnected.",
        "Client <unknown> disconnected: Protocol error.",
        "Client connection from 10.1.2.3 failed: error:0A000126:SSL routines::unexpected eof while reading.",
        "OpenSSL Error[0]: error:0A000126:SSL routines::unexpected eof while reading",
        "Client gw-1 already connected, closing old connection.",
    ],
)
def test_all_else_is_nothing(line: str) -> None:
    assert read(line) == []


def test_who_came_in_as_the_centre_is_the_centre() -> None:
    welcome = "New client connected from 10.1.2.3:55945 as other-centre (p5, c1, k60, u'{}')."
    reads_all = "other-centre 1 siteprogress/v1/+/up/#"
    assert read(welcome.format("centre"), reads_all) == []
    assert len(read(welcome.format("centre"), welcome.format("gw-1"), reads_all)) == 1


def test_a_gateway_that_comes_back_now_and_then_is_no_conflict() -> None:
    assert read(*["Client gw-1 already connected, closing old connection."] * 20, step_ms=13_000) == []


@given(st.text())
def test_no_line_breaks_it(line: str) -> None:
    for prefix in ("", "OpenSSL Error[0]: ", "Denied PUBLISH from ", "gw-1 1 ", "Client "):
        for found in read(prefix + line):
            assert len(found.detail) < 500 + len(line)
