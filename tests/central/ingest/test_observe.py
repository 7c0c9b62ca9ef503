"""Readings to observations: the truth table of credits, weights, confidence and repeats."""

from __future__ import annotations

import random
from typing import Any

import pytest

from central.ingest.observe import FaceSeen, confidence_bp, observe

CREDITS = {
    "b1-structure": {"formwork": 5000, "structure": 10_000, "infill": 10_000, "base": 10_000, "finished": 10_000},
    "b1-finish": {"finished": 10_000},
    "b1-inside": {},
}


def seen(**changes: Any) -> FaceSeen:
    """A face of 10 cells, all structure."""
    told: dict[str, Any] = {
        "gateway": "gw-1",
        "epoch": "e1",
        "seq": 1,
        "camera": "c1",
        "face": "south",
        "building": "b1",
        "observed_at_ms": 1000,
        "shares": {"void": 0, "structure": 10_000},
        "cells": 10,
        "completion_bp": 5000,
        "sigma_bp": 300,
    }
    return FaceSeen(**(told | changes))


@pytest.mark.parametrize(
    ("readings", "structure_bp", "finish_bp"),
    [
        ([seen()], 10_000, 0),
        ([seen(shares={"void": 10_000})], 0, 0),
        ([seen(shares={"formwork": 5000, "structure": 5000})], 7500, 0),
        ([seen(shares={"structure": 4000, "finished": 6000})], 10_000, 6000),
        ([seen(shares={"void": 3333, "structure": 6666})], 6667, 0),  # shares rounded at the edge: sum is 9999
        ([seen(), seen(face="east", seq=2, cells=30, shares={"void": 10_000})], 2500, 0),
        ([seen(), seen(seq=2, shares={"void": 10_000})], 0, 0),  # the same face again: the later record counts
        ([seen(), seen(seq=2, shares={"void": 10_000}, completion_bp=None)], 10_000, 0),  # an abstention says nothing
    ],
)
def test_values(readings: list[FaceSeen], structure_bp: int, finish_bp: int) -> None:
    found = {item.item: item.value_bp for item in observe(readings, CREDITS)}
    assert found == {"b1-structure": structure_bp, "b1-finish": finish_bp}


def test_arrival_order_has_no_say() -> None:
    readings = [seen(seq=n, face=f"f{n % 3}", shares={"void": 10_000 - n, "structure": n}) for n in range(1, 12)]
    wanted = observe(readings, CREDITS)
    for _ in range(20):
        random.shuffle(readings)
        assert observe(readings, CREDITS) == wanted


@pytest.mark.parametrize("readings", [[], [seen(completion_bp=None)], [seen(cells=0)], [seen(shares={"void": 0})]])
def test_nothing_seen_is_no_observation(readings: list[FaceSeen]) -> None:
    assert observe(readings, CREDITS) == ()


@pytest.mark.parametrize(
    ("sigma_bp", "conf_bp"), [(0, 10_000), (300, 10_000), (600, 2500), (425, 4983), (10_000, 500), (1342, 500)]
)
def test_confidence(sigma_bp: int, conf_bp: int) -> None:
    assert confidence_bp(sigma_bp) == conf_bp


def test_refs_name_every_reading() -> None:
    (structure, _) = sorted(observe([seen(seq=4), seen(face="east", seq=3)], CREDITS), key=lambda i: i.item)[::-1]
    assert structure.refs == ("gw-1/e1/3", "gw-1/e1/4")
    assert structure.seq == 3
