"""What the fault lab runs: the whole catalogue for `make faults`, and the slice of it that every test run has."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults import mischief, scripts
from tests.faults.scripts import Case
from tests.faults.world import Plan

SEEDS = (1, 2, 3, 4, 5)
LOSING = "centre away 9 s, broker killed within"


def catalogue(seeds: Iterable[int]) -> list[Case]:
    """Every case of the full lab, one seed after another."""
    return [case for seed in seeds for case in _of_seed(seed)]


def _of_seed(seed: int) -> list[Case]:
    straight = Plan(seed=seed, rate=1000)
    amqtt = Plan(seed=seed, broker="amqtt", rate=400)
    postgres = Plan(seed=seed, database="postgresql", rate=1000)
    weather = Plan(seed=seed, proxied=True, rate=500)
    cases = [
        Case(fault="kill -9 of one at random", row="1", script=scripts.kill_each, rounds=30, plan=straight),
        Case(fault="kill -9 of one at random", row="1, 32", script=scripts.kill_each, rounds=10, plan=amqtt),
        Case(fault="kill -9 of all at once", row="2", script=scripts.kill_all, rounds=3, plan=straight),
        Case(fault=LOSING, row="3", script=scripts.centre_away, rounds=1, plan=straight),
        Case(
            fault="processes killed in bad weather",
            row="1, 14",
            script=scripts.kills_in_bad_weather,
            rounds=8,
            plan=weather,
        ),
        Case(
            fault="broker acknowledges and discards 30 %", row="4", script=scripts.broker_lies, rounds=2, plan=weather
        ),
        Case(
            fault="frames and acks doubled and swapped",
            row="5, 6",
            script=scripts.doubles_and_swaps,
            rounds=2,
            plan=weather,
        ),
        Case(fault="resets, cuts, slices, stalls", row="14", script=scripts.cuts, rounds=1, plan=weather),
        Case(fault="half-open connections", row="14", script=scripts.half_open, rounds=1, plan=weather),
    ]
    if seed <= 2:
        lean = Plan(seed=seed, proxied=True, rate=100)
        cases += [
            Case(fault="kill -9 of one at random", row="1, 29", script=scripts.kill_each, rounds=10, plan=postgres),
            Case(fault="SIGSTOP of each", row="1", script=scripts.stop_each, rounds=1, plan=straight),
            Case(fault="2G: 20 kB/s, 800 ms, 5 % lost", row="14", script=scripts.thin_line, rounds=2, plan=lean),
        ]
    if seed <= 3:
        cases += [
            Case(fault="packet size below a frame", row="15", script=mischief.small_packets, rounds=2, plan=straight),
            Case(fault="data topic refused", row="16", script=mischief.topic_refused, rounds=2, plan=straight),
            Case(fault="client id taken over", row="17", script=mischief.id_taken, rounds=2, plan=straight),
            Case(fault="poison on a gateway's topic", row="18", script=mischief.poison, rounds=3, plan=straight),
            Case(
                fault="acks of other epochs, old acks", row="5", script=mischief.strange_acks, rounds=4, plan=straight
            ),
            Case(fault="a noisy gateway", row="22", script=mischief.noise, rounds=2, plan=straight),
            Case(fault="a captive portal", row="14", script=mischief.captive_portal, rounds=2, plan=straight),
        ]
    if seed == 1:
        long = Plan(seed=seed, rate=100)
        losing = Plan(seed=seed, mode="puback")
        cases += [
            Case(fault="SIGSTOP of each for 30 s", row="1", script=scripts.stop_each_long, rounds=1, plan=long),
            Case(fault=LOSING, row="3", script=scripts.centre_away, rounds=1, plan=losing),
        ]
    return cases


def slice_of(seed: int = 7) -> list[Case]:
    """One small case of each kind: about two minutes."""
    straight, lean = Plan(seed=seed, rate=300), Plan(seed=seed, proxied=True, rate=200)
    amqtt, postgres = Plan(seed=seed, broker="amqtt", rate=100), Plan(seed=seed, database="postgresql", rate=300)
    losing = Plan(seed=seed, mode="puback", rate=300)
    return [
        Case(fault="kill -9 of one at random", row="1", script=scripts.kill_each, rounds=6, plan=straight),
        Case(fault="kill -9, amqtt", row="1, 32", script=scripts.kill_each, rounds=3, plan=amqtt),
        Case(fault="kill -9, PostgreSQL", row="1, 29", script=scripts.kill_each, rounds=3, plan=postgres),
        Case(fault="kill -9 of all at once", row="2", script=scripts.kill_all, rounds=1, plan=straight),
        Case(fault="SIGSTOP of each", row="1", script=scripts.stop_each_short, rounds=1, plan=straight),
        Case(fault="bad weather and kills", row="1, 14", script=scripts.kills_in_bad_weather, rounds=3, plan=lean),
        Case(fault="broker lies", row="4", script=scripts.broker_lies, rounds=1, plan=lean),
        Case(fault="doubled and swapped", row="5, 6", script=scripts.doubles_and_swaps, rounds=1, plan=lean),
        Case(fault="cuts", row="14", script=scripts.cuts, rounds=1, plan=lean),
        Case(fault="half-open", row="14", script=scripts.half_open, rounds=1, plan=lean),
        Case(fault="delete on PUBACK", row="3", script=scripts.centre_away_briefly, rounds=1, plan=losing),
        Case(fault="centre away", row="3", script=scripts.centre_away_briefly, rounds=1, plan=straight),
        Case(fault="small packets", row="15", script=mischief.small_packets, rounds=1, plan=straight),
        Case(fault="topic refused", row="16", script=mischief.topic_refused, rounds=1, plan=straight),
        Case(fault="id taken", row="17", script=mischief.id_taken, rounds=1, plan=straight),
        Case(fault="poison", row="18", script=mischief.poison, rounds=1, plan=straight),
        Case(fault="strange acks", row="5", script=mischief.strange_acks, rounds=1, plan=straight),
        Case(fault="noise", row="22", script=mischief.noise, rounds=1, plan=straight),
        Case(fault="captive portal", row="14", script=mischief.captive_portal, rounds=1, plan=straight),
    ]
