"""Image files to scores through real processes; broker, centre and gateway are killed, and it makes no difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from demo.accounting import account
from demo.conductor import show, unseen_after
from demo.district import FOOTAGE, load_district
from demo.footage import load_footage
from demo.house import House, open_house
from demo.play import wait_for_all
from demo.process import listening, wait_until
from demo.verdict import Delivery
from tests.system.state import Belief, belief_of

DAYS = 3
Disturbance = Callable[[int, House], None]


def a_run(folder: Path, disturb: Disturbance) -> tuple[Delivery, Belief]:
    """Play the first days; `disturb` is called when a round has been handed over and nobody has waited yet."""
    footage = load_footage(FOOTAGE, days=DAYS)
    district = replace(load_district(), outages=())
    with open_house(district, footage, folder, broker="mosquitto") as house:
        for number, stills in enumerate(footage.rounds):
            show(house.stage, stills)
            disturb(number, house)
            assert unseen_after(house.stage, stills, timeout_s=60) == []
        wait_for_all(house)
        return account(house.server, house.agents), belief_of(house.server.database_url)


def kill_each_once(number: int, house: House) -> None:
    """The broker in the second round, the centre in the fourth, one gateway in the sixth: as by a power cut."""
    match number:
        case 1:
            broker = house.broker.child
            assert broker is not None
            broker.kill()
            broker.start_again()
            wait_until("the broker's return", lambda: listening("127.0.0.1", house.broker.port), child=broker)
        case 3:
            house.server.child.kill()
            house.server.start_again()
        case 5:
            child = house.stage.agents["gw-qp"].child
            assert child is not None
            child.kill()
            child.start_again()


@pytest.mark.requirement("C23", partly="that it is back within 60 s is not measured")
@pytest.mark.requirement("A02")
def test_faults_make_no_difference(tmp_path: Path) -> None:
    calm, calm_belief = a_run(tmp_path / "calm", lambda *_: None)
    rough, rough_belief = a_run(tmp_path / "rough", kill_each_once)
    for delivery in (calm, rough):
        assert (delivery.lost, delivery.doubled) == (0, 0)
        assert delivery.stored == delivery.appended == calm.appended > 0
    for name in Belief.__slots__:
        assert getattr(rough_belief, name) == getattr(calm_belief, name), name
    assert calm_belief.observations
    assert calm_belief.scores
