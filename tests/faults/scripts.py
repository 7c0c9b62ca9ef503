"""The faults, each a function that breaks a world for a while and leaves it whole again; the seed decides how."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.proxy import CLEAN, Proxy, Toxics
from tests.faults.world import Plan, World

Script = Callable[[World, int], None]


def kill_each(world: World, rounds: int) -> None:
    """kill -9 of whoever the seed names, at a moment and for a while that it names too."""
    names = sorted(world.parties)
    for _ in range(rounds):
        time.sleep(world.random.uniform(0.05, 1.0))
        world.kill(world.random.choice(names), away_s=world.random.uniform(0, 1.0))


def kill_all(world: World, rounds: int) -> None:
    """The power of the whole site and of the centre goes: everything at once, and back in a random order."""
    for _ in range(rounds):
        time.sleep(world.random.uniform(0.5, 1.5))
        names = sorted(world.parties)
        world.random.shuffle(names)
        names.sort(key=lambda name: name != "database")  # the centre's start needs it
        world.kill(*names, away_s=world.random.uniform(0, 0.5))


def stop_each(world: World, rounds: int, *, pause_s: float = 4.0) -> None:
    """SIGSTOP of each in turn, for longer than a resend and for longer than a keepalive."""
    for _ in range(rounds):
        for name in sorted(world.parties):
            time.sleep(world.random.uniform(0.05, 0.5))
            world.stop_for(name, pause_s=pause_s)


def stop_each_long(world: World, rounds: int) -> None:
    """As `stop_each`, 30 s each."""
    stop_each(world, rounds, pause_s=30.0)


def stop_each_short(world: World, rounds: int) -> None:
    """As `stop_each`, just longer than a resend each."""
    stop_each(world, rounds, pause_s=1.5)


def centre_away(world: World, rounds: int, *, away_s: float = 9.0) -> None:
    """The 59 % case: the centre is gone for 9 s, and the broker loses its memory within."""
    for _ in range(rounds):
        time.sleep(1.0)
        world.centre.kill()
        time.sleep(away_s / 2)
        world.kill("broker")
        time.sleep(away_s / 2)
        world.centre.start()
        world.kills += 1


def centre_away_briefly(world: World, rounds: int) -> None:
    """As `centre_away`, 4 s."""
    centre_away(world, rounds, away_s=4.0)


def broker_lies(world: World, rounds: int) -> None:
    """The broker acknowledges and throws away three messages of ten, on both legs."""
    _under(world, Toxics(discard=0.3), seconds=4.0 * rounds)
    assert _tally(world, "discarded") > 0, "nothing was discarded: the fault did not happen"


def doubles_and_swaps(world: World, rounds: int) -> None:
    """Frames and acks arrive twice and in another order."""
    _under(world, Toxics(double=0.4, swap=0.3), seconds=4.0 * rounds)
    assert _tally(world, "doubled") and _tally(world, "swapped"), "nothing was doubled: the fault did not happen"


def half_open(world: World, rounds: int) -> None:
    """A firewall forgets the connections: what is written vanishes, nobody is told."""
    for _ in range(rounds):
        for proxy in _proxies(world):
            proxy.set(Toxics(hole=True))
            time.sleep(world.random.uniform(0.5, 1.5))
            proxy.set(CLEAN)
        time.sleep(world.random.uniform(4.0, 8.0))
    assert _tally(world, "lost_bytes") > 0, "nothing was lost: the fault did not happen"


def thin_line(world: World, rounds: int) -> None:
    """2G: 20 kB/s, 800 ms there and back, every twentieth write lost and sent again."""
    line = Toxics(latency_s=0.3, jitter_s=0.2, bytes_per_s=20_000, retransmit=0.05)
    for proxy in _proxies(world)[:1]:
        proxy.set(line)
    time.sleep(6.0 * rounds)
    for proxy in _proxies(world):
        proxy.set(CLEAN)


def cuts(world: World, rounds: int) -> None:
    """Resets, connections that end after a few kilobytes, slow closes and streams in slices, one after another."""
    for _ in range(rounds):
        for toxics in (
            Toxics(limit_bytes=world.random.randrange(2_000, 60_000)),
            Toxics(slice_bytes=world.random.randrange(1, 40), slow_close_s=1.0),
            Toxics(stall=True),
        ):
            for proxy in _proxies(world):
                proxy.set(toxics)
                time.sleep(world.random.uniform(0.5, 2.0))
                proxy.reset()
                proxy.set(CLEAN)


def kills_in_bad_weather(world: World, rounds: int) -> None:
    """Everything together: a lying, doubling, slow line while processes are killed."""
    for proxy in _proxies(world):
        proxy.set(Toxics(discard=0.1, double=0.2, swap=0.1, jitter_s=0.05, retransmit=0.02))
    names = [name for name in sorted(world.parties) if name != "broker"]
    for number in range(rounds):
        time.sleep(world.random.uniform(0.2, 1.0))
        world.kill(world.random.choice(names), away_s=world.random.uniform(0, 0.5))
        if number % 3 == 2:
            world.random.choice(_proxies(world)).reset()
    for proxy in _proxies(world):
        proxy.set(CLEAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row of the table: which fault, of which row of the matrix, in what world."""

    fault: str
    row: str
    script: Script
    rounds: int
    plan: Plan


def _under(world: World, toxics: Toxics, *, seconds: float) -> None:
    for proxy in _proxies(world):
        proxy.set(toxics)
    time.sleep(seconds)
    for proxy in _proxies(world):
        proxy.set(CLEAN)


def _proxies(world: World) -> list[Proxy]:
    assert world.edge_proxy is not None and world.centre_proxy is not None, "this fault needs a proxied world"
    return [world.edge_proxy, world.centre_proxy]


def _tally(world: World, what: str) -> int:
    return sum(int(getattr(proxy.tally, what)) for proxy in _proxies(world))
