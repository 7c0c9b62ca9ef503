"""One simulated history: a seed decides every fault and every moment; then calm, then the invariants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.checker import Findings, check
from tests.faults.simulated.centre import SimCentre
from tests.faults.simulated.edge import SimEdge
from tests.faults.simulated.network import FAIR, Network, Weather
from tests.faults.simulated.store import Store
from wire.signing import new_signer

START_MS = 1_790_000_000_000
CALM_S = 900.0  # of simulated time: longer than any back-off


@dataclass(slots=True, kw_only=True)
class Simulation:
    """Two edges, one centre, one network. `trace` tells what was done, for a history that went wrong."""

    seed: int
    random: Random
    network: Network
    centre: SimCentre
    edges: tuple[SimEdge, ...]
    wall_offset_ms: int = 0
    trace: list[str] = field(default_factory=list)

    def wall_ms(self) -> int:
        """The edges' clock, which may jump; never before 1970."""
        return max(0, START_MS + int(self.network.now_s * 1000) + self.wall_offset_ms)

    def chaos(self, steps: int) -> None:
        """Faults and work, as the seed says."""
        for _ in range(steps):
            self._fault()
            for edge in self.edges:
                if edge.running and self.random.random() < 0.5:
                    edge.produce(self.random.choice((1, 1, 3, 10, 40, 40, 150)))
            self._work(self.random.choice((0.02, 0.05, 0.2, 1.0, 3.0)), dies=self.random.random() < 0.04)

    def calm(self) -> float:
        """Everything is mended; simulated seconds until nothing waits. AssertionError when that never comes."""
        self.network.weather = FAIR
        self._mend()
        for edge in self.edges:
            if edge.link is not None and edge.link.hole:  # a keepalive finds that out
                edge.disconnect()
        began = self.network.now_s
        while any(edge.waiting for edge in self.edges):
            waited_s = self.network.now_s - began
            assert waited_s < CALM_S, f"seed {self.seed}: still waiting {[e.waiting for e in self.edges]}\n{self.told}"
            self._work(0.05 if waited_s < 30 else 0.5, dies=False)
        return self.network.now_s - began

    def pass_time(self, seconds: float) -> None:
        """Nothing but work."""
        self._work(seconds, dies=False)

    def findings(self, store: Store) -> Findings:
        """Check every invariant of every edge against what the centre holds."""
        found = Findings()
        for edge in self.edges:
            check(edge.gateway, store.kept(edge.gateway), edge.entries, found)
        return found

    @property
    def told(self) -> str:
        """The last things that were done."""
        return "\n".join(self.trace[-40:])

    def _work(self, seconds: float, *, dies: bool) -> None:
        for _ in range(3):
            for edge in self.edges:
                edge.turn()
            self.network.advance(seconds / 3)
            if self.centre.up:
                self.centre.turn(dies=dies)
                if dies:
                    self.trace.append(f"{self.network.now_s:.2f} centre dies at work")
                dies = False

    def _fault(self) -> None:
        edge = self.random.choice(self.edges)
        choice = self.random.random()
        said = ""
        if choice < 0.05:
            said = self._change_weather()
        elif choice < 0.10:
            power = self.random.random() < 0.5
            edge.crash(power=power)
            said = f"{edge.gateway} crashes power={power}"
        elif choice < 0.16:
            edge.disconnect()
            said = f"{edge.gateway} cut off"
        elif choice < 0.19 and edge.link is not None:
            edge.link.hole = True
            said = f"{edge.gateway} half open"
        elif choice < 0.22 and self.centre.up:
            self.centre.crash()
            said = "centre crashes"
        elif choice < 0.25:
            self.wall_offset_ms = self.random.choice((0, -START_MS, 86_400_000, -3_600_000, 200))
            said = f"clock off by {self.wall_offset_ms} ms"
        elif choice < 0.40:
            self._mend()
            said = "all up"
        if said:
            self.trace.append(f"{self.network.now_s:.2f} {said}")

    def _change_weather(self) -> str:
        pick = self.random.random
        self.network.weather = Weather(
            delay_s=self.random.choice((0.01, 0.1, 1.0, 4.0)),
            discard=pick() * 0.4 if pick() < 0.5 else 0.0,
            lose_down=pick() * 0.5 if pick() < 0.5 else 0.0,
            double=pick() * 0.5 if pick() < 0.5 else 0.0,
            swap=pick() < 0.3,
        )
        return str(self.network.weather)

    def _mend(self) -> None:
        if not self.centre.up:
            self.centre.start()
        for edge in self.edges:
            if not edge.running:
                edge.boot()


@contextmanager
def simulated(seed: int, store: Store, folder: Path, *, hasty: bool = False) -> Iterator[Simulation]:
    """A simulation of its own gateways on a database that other histories use too."""
    random = Random(seed)
    signers = {f"sim-{seed}-{letter}": new_signer() if random.random() < 0.5 else None for letter in "ab"}
    for gateway, signer in signers.items():
        store.register(gateway, public_key=signer.public_hex if signer else None)
    inbox: list[tuple[str, bytes]] = []
    network = Network(random=random, arrive=lambda *message: inbox.append(message), reads_bulk=random.random() < 0.7)
    centre = SimCentre(
        inbox=inbox,
        hasty=hasty,
        store=store,
        random=random,
        tell=network.down,
        say=lambda payload, listening: network.host(payload, listening=listening),
        now_ms=lambda: START_MS + int(network.now_s * 1000),
    )
    window, cap_bytes = random.choice((5, 30, 300, 3000)), random.choice((2 << 30, 150_000))
    simulation = Simulation(seed=seed, random=random, network=network, centre=centre, edges=())
    simulation.edges = tuple(
        SimEdge(
            folder=folder / gateway,
            gateway=gateway,
            network=network,
            random=random,
            wall_ms=simulation.wall_ms,
            window=window,
            cap_bytes=cap_bytes,
            signer=signer,
        )
        for gateway, signer in signers.items()
    )
    for edge in simulation.edges:
        edge.boot()
    centre.start()
    try:
        yield simulation
    finally:
        for edge in simulation.edges:
            edge.close()


def run_history(seed: int, store: Store, folder: Path, *, steps: int = 120, hasty: bool = False) -> Findings:
    """Chaos, calm, check; the findings count records of both edges."""
    with simulated(seed, store, folder, hasty=hasty) as simulation:
        simulation.chaos(steps)
        simulation.calm()
        found = simulation.findings(store)
        if not found.clean:
            found.wrong.append(simulation.told)
    return found
