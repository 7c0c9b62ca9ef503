"""Topics: what is spelt and what is understood are the same, and nothing else is understood."""

from __future__ import annotations

import pytest

from wire.errors import TopicError
from wire.topics import Topic, all_down, all_up, down, parse, up

UP = ("data", "birth", "beat", "state")
DOWN = ("ack", "cmd")


@pytest.mark.parametrize("channel", UP)
def test_up_comes_back(channel: str) -> None:
    topic = up("gw-qp", channel)  # type: ignore[arg-type]
    assert topic == f"siteprogress/v1/gw-qp/up/{channel}"
    assert parse(topic) == Topic(gateway="gw-qp", direction="up", channel=channel)


@pytest.mark.parametrize("channel", DOWN)
def test_down_comes_back(channel: str) -> None:
    assert parse(down("7", channel)) == Topic(gateway="7", direction="down", channel=channel)  # type: ignore[arg-type]


def test_subscriptions() -> None:
    assert all_up() == "siteprogress/v1/+/up/#"
    assert all_down("gw-1") == "siteprogress/v1/gw-1/down/#"


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "siteprogress",
        "siteprogress/v1/host/state",
        "siteprogress/v1/host/up/data",
        "siteprogress/v2/gw-1/up/data",
        "siteprogress/v1/gw-1/up",
        "siteprogress/v1/gw-1/up/ack",
        "siteprogress/v1/gw-1/down/data",
        "siteprogress/v1/gw-1/side/data",
        "siteprogress/v1/gw-1/up/data/more",
        "siteprogress/v1//up/data",
        "siteprogress/v1/+/up/data",
        "siteprogress/v1/GW/up/data",
        "siteprogress/v1/gw_1/up/data",
        "siteprogress/v1/gw-1\n/up/data",
        "siteprogress/v1/-gw/up/data",
        f"siteprogress/v1/{'g' * 64}/up/data",
        "/siteprogress/v1/gw-1/up/data",
    ],
)
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(TopicError) as refused:
        parse(topic)
    assert refused.value.expected


@pytest.mark.parametrize("gateway", ["host", "", "a/b", "#", "一号", "g" * 64])
def test_no_topic_for_a_bad_gateway(gateway: str) -> None:
    with pytest.raises(TopicError):
        up(gateway, "data")
    with pytest.raises(TopicError):
        down(gateway, "ack")
    with pytest.raises(TopicError):
        all_down(gateway)


@pytest.mark.parametrize("gateway", ["hosts", "host-1", "0", "g" * 63])
def test_good_gateways(gateway: str) -> None:
    assert parse(up(gateway, "data")).gateway == gateway
