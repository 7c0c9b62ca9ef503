"""A slice of the fuzzing that `make fuzz` does at length, and proof that it can fail."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.bombs import BOMB_BYTES_MAX, FRAMES, MESSAGES
from tests.fuzz.campaign import Campaign, peak_bytes
from tests.fuzz.targets import TARGETS, Target
from wire.codec import decode, open_frame
from wire.errors import WireError
from wire.messages import Ack, Beat, Birth, Config


def _nothing(_done: int) -> None:
    pass


def test_a_slice_of_every_decoder() -> None:
    campaign = Campaign(seed=7)
    campaign.run(4000, told=_nothing)
    assert not campaign.crashes, campaign.crashes[0].error
    assert {target.name for target in TARGETS} == set(campaign.tallies)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_right_messages_are_taken(target: Target) -> None:
    for seed in target.seeds:
        target.read(seed)


def test_some_damage_is_deep() -> None:
    """A fuzzer whose every case stops at the first check would prove nothing."""
    campaign = Campaign(seed=1)
    campaign.run(1500, targets=[target for target in TARGETS if target.name == "frame"], told=_nothing)
    assert campaign.tallies["frame"].taken > 50


def test_a_decoder_that_breaks_is_found() -> None:
    def broken(payload: bytes) -> None:
        if decode(Ack, payload).pace > 10_000:
            raise ZeroDivisionError

    ack = next(target for target in TARGETS if target.name == "ack")
    campaign = Campaign(seed=1)
    worse = Target(name="ack", read=broken, seeds=ack.seeds, mutator=ack.mutator, refusals=ack.refusals)
    campaign.run(4000, targets=[worse], told=_nothing)
    assert campaign.crashes
    assert "ZeroDivisionError" in campaign.crashes[0].error


def test_the_same_seed_makes_the_same_bytes() -> None:
    for target in TARGETS:
        first, again = (target.mutator(target.seeds[0], Random(3), other=target.seeds[-1]) for _ in range(2))
        assert first == again


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_is_a_bomb_costs_little(name: str) -> None:
    assert peak_bytes(open_frame, FRAMES[name], (WireError,)) < BOMB_BYTES_MAX


@pytest.mark.parametrize("kind", [Ack, Birth, Beat, Config])
@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_is_a_bomb_costs_little(name: str, kind: type) -> None:
    assert peak_bytes(lambda payload: decode(kind, payload), MESSAGES[name], (WireError,)) < BOMB_BYTES_MAX
