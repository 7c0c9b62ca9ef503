"""Orders are whole, signed, numbered upwards, merged with what was ordered before, and answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.configuring.announcing import Announcer
from central.configuring.blobs import BlobFolder
from central.configuring.ordering import Change, order_change
from central.configuring.standing import standings, state_of
from central.errors import UnknownThing
from central.identity.keys import centre_signer
from central.store.engine import reading, writing
from central.store.read_configs import may_fetch
from central.store.save_audit import entries
from central.store.save_configs import save_results
from central.store.save_people import retire_gateway
from tests.central.configuring.build import NOW, a_change, a_gateway, policy, scenes
from wire.codec import config_statement, decode
from wire.messages import Config
from wire.signing import verify

HOUR_MS = 3_600_000
Order = Callable[..., Config]


@pytest.fixture
def order(any_store: Engine, tmp_path: Path) -> Order:
    """Orders a change of gw-1 a second after the other."""
    a_gateway(any_store)
    ordered: list[Config] = []

    def of(change: Change, *, gateway: str = "gw-1", step_ms: int = 1000) -> Config:
        at = NOW + len(ordered) * step_ms
        ordered.append(order_change(any_store, tmp_path, gateway, change, life_ms=HOUR_MS, by="test:me", now_ms=at))
        return ordered[-1]

    return of


def parts(config: Config) -> dict[tuple[str, str], str]:
    return {(part.kind, part.name): part.sha256 for part in config.parts}


def test_an_order_is_signed_kept_and_in_the_trail(order: Order, any_store: Engine, tmp_path: Path) -> None:
    config = order(a_change(scenes=scenes("cam-1")))
    assert verify(centre_signer(tmp_path).public_hex, config_statement(config), config.sig)
    assert (config.gw, config.issued_at, config.deadline) == ("gw-1", NOW, NOW + HOUR_MS)
    contents = [BlobFolder(tmp_path).path_of(part.sha256).read_bytes() for part in config.parts]
    assert contents == [scenes("cam-1")["cam-1"], policy()]
    with reading(any_store) as connection:
        last = list(entries(connection))[-1]
    assert (last.actor, last.action, last.object) == ("test:me", "gateway.configure", "gateway/gw-1")


def test_an_order_says_all_that_was_ordered_before_unless_only(order: Order) -> None:
    first = order(Change(scenes=scenes("cam-1", "cam-2")))
    second = order(Change(scenes=scenes("cam-2", rows=7), settings=policy()))
    assert parts(second)["scene", "cam-1"] == parts(first)["scene", "cam-1"]
    assert parts(second)["scene", "cam-2"] != parts(first)["scene", "cam-2"]
    assert ("settings", "settings") in parts(second)
    assert set(parts(order(Change(settings=policy(4.0), only=True)))) == {("settings", "settings")}
    assert order(Change(only=True)).parts == ()


@pytest.mark.parametrize("step_ms", [0, 1, 1000, -86_400_000])
def test_numbers_grow_whatever_the_clock_does(order: Order, step_ms: int) -> None:
    numbers = [order(a_change(), step_ms=step_ms).id for _ in range(4)]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == NOW // 1000


def retired(engine: Engine) -> None:
    a_gateway(engine, "gw-9")
    retire_gateway(engine, "gw-9", by="test", now_ms=NOW)


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda engine: None, "expected a registered one"),
        (lambda engine: a_gateway(engine, "gw-9", enrolled=False), "not enrolled"),
        (retired, "not retired"),
    ],
    ids=["unknown", "not enrolled", "retired"],
)
def test_a_gateway_that_takes_no_orders_is_refused(
    order: Order, any_store: Engine, prepare: Callable[[Engine], object], why: str
) -> None:
    prepare(any_store)
    with pytest.raises(UnknownThing, match=why):
        order(a_change(), gateway="gw-9")


def test_a_gateway_may_fetch_what_it_was_told_of_and_nothing_else(order: Order, any_store: Engine) -> None:
    a_gateway(any_store, "gw-2")
    mine, others = order(a_change()).parts[0], order(a_change(settings=policy(9.0)), gateway="gw-2").parts[0]
    with reading(any_store) as connection:
        found = [may_fetch(connection, gateway, part.sha256) for gateway in ("gw-1", "gw-2") for part in (mine, others)]
    assert found == [True, False, False, True]


def test_answers_stand_by_the_time_they_were_given(order: Order, any_store: Engine) -> None:
    first, second, third = (order(a_change()) for _ in range(3))
    answers = [
        {"gateway": "gw-1", "id": first.id, "state": "rolled_back", "reason": "no frame", "at": NOW + 20},
        {"gateway": "gw-1", "id": first.id, "state": "applied", "reason": "", "at": NOW + 10},
        {"gateway": "gw-2", "id": second.id, "state": "applied", "reason": "", "at": NOW + 10},
        {"gateway": "gw-1", "id": 1, "state": "applied", "reason": "never ordered", "at": NOW},
    ]
    for answer in answers:
        with writing(any_store) as connection:
            save_results(connection, [{"of": "config_result", **answer}])
    with reading(any_store) as connection:
        found = standings(connection, "gw-1", now_ms=NOW, limit=10)
        late = standings(connection, "gw-1", now_ms=third.deadline + 1, limit=1)
    assert [(one.id, one.state, one.reason) for one in found] == [
        (third.id, "waiting", ""),
        (second.id, "superseded", ""),
        (first.id, "rolled_back", "no frame"),
    ]
    assert [one.state for one in late] == ["overdue"]


@pytest.mark.parametrize(
    ("answered", "newest", "late", "state"),
    [
        ("", True, False, "waiting"),
        ("", True, True, "overdue"),
        ("", False, True, "superseded"),
        ("applied", False, True, "applied"),
        ("expired", True, True, "expired"),
    ],
)
def test_states(answered: str, newest: bool, late: bool, state: str) -> None:
    assert state_of(answered, newest=newest, late=late) == state


def test_each_connection_is_told_everything_once_and_then_what_is_new(order: Order, any_store: Engine) -> None:
    said: list[tuple[str, int]] = []
    link = {"number": 1, "up": True}

    def say(topic: str, payload: bytes) -> bool:
        if link["up"]:
            said.append((topic, decode(Config, payload).id))
        return bool(link["up"])

    announcer = Announcer(engine=any_store, say=say, connection=lambda: link["number"])
    assert announcer.turn() == 0
    a_gateway(any_store, "gw-2")
    one, two = order(a_change()), order(a_change(), gateway="gw-2")
    assert announcer.turn() == 2
    assert announcer.turn() == 0
    newer = order(a_change())
    link["up"] = False
    assert announcer.turn() == 0
    link["up"] = True
    assert announcer.turn() == 1
    assert said[-1] == ("siteprogress/v1/gw-1/down/config", newer.id)
    assert {number for _, number in said} == {one.id, two.id, newer.id}
    link["number"] = 2
    assert announcer.turn() == 2
    retire_gateway(any_store, "gw-2", by="test", now_ms=NOW)
    link["number"] = 3
    assert announcer.turn() == 1
