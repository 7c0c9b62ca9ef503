"""The conductor: stills arrive whole and in order under their own time; links are cut and mended by demo time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.agent import Agent
from demo.conductor import Outage, Played, Stage, hand_over, play, unseen_after
from demo.footage import NAME, Still
from demo.link import Link
from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import CameraState, NewRecord

FIRST = datetime(2026, 9, 1, 2, tzinfo=UTC)


def some_stills(folder: Path, *, camera: str = "c1", count: int = 4) -> list[Still]:
    """One still every five hours."""
    folder.mkdir(exist_ok=True)
    made = []
    for number in range(count):
        at = FIRST + timedelta(hours=5 * number)
        path = folder / f"{at.strftime(NAME)}.jpg"
        path.write_bytes(f"picture {number}".encode())
        made.append(Still(camera=camera, at=at, path=path))
    return made


class Eater:
    """Stands in for an agent: reads its folder and its clock, and commits to a real outbox."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self.seen: list[tuple[str, bytes, str]] = []
        self._agent, self._folder = agent, folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        outbox = open_outbox(self._agent.data_dir, gateway=self._agent.gateway, now_ms=lambda: 0)
        done: set[str] = set()
        while not self._stop.wait(0.005):
            for path in sorted(p for p in self._folder.glob("[!.]*") if p.name not in done):
                at = int(datetime.strptime(path.stem, NAME).replace(tzinfo=UTC).timestamp() * 1000)
                self.seen.append((path.name, path.read_bytes(), self._agent.clock.read_text()))
                record = NewRecord(kind="note", at=at, clock="synced", body={})
                outbox.commit([record], camera=CameraState(camera="c1", last_at=at))
                done.add(path.name)
        outbox.close()

    @contextmanager
    def eating(self) -> Iterator[Eater]:
        """While the block runs."""
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join()


def an_agent(folder: Path) -> Agent:
    """A gateway's folder without a process."""
    folder.mkdir()
    (folder / "data").mkdir()
    return Agent(gateway="gw-1", folder=folder, settings=folder / "agent.toml", clock=folder / "clock", cameras=("c1",))


def a_stage(stack: ExitStack, tmp_path: Path, *, outages: Sequence[Outage] = ()) -> tuple[Stage, Eater, Link]:
    agent, drop = an_agent(tmp_path / "gw-1"), tmp_path / "drop"
    drop.mkdir()
    link = stack.enter_context(Link("127.0.0.1", 9))
    stage = Stage(
        agents={"gw-1": agent}, links={"gw-1": (link,)}, folders={"c1": drop}, projectors={}, outages=tuple(outages)
    )
    return stage, stack.enter_context(Eater(agent, drop).eating()), link


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_every_still_arrives_whole_in_order_under_its_own_time(tmp_path: Path, stack: ExitStack) -> None:
    stage, eater, _ = a_stage(stack, tmp_path)
    stills = some_stills(tmp_path / "stills")
    told: list[datetime] = []
    played = play(stage, [[still] for still in stills], after=lambda at, _: told.append(at))
    assert eater.seen == [(s.path.name, s.path.read_bytes(), s.at.isoformat()) for s in stills]
    assert told == [s.at for s in stills]
    assert played == Played(frames=4)


def test_the_link_is_down_for_the_rounds_of_the_outage_only(tmp_path: Path, stack: ExitStack) -> None:
    stills = some_stills(tmp_path / "stills")
    outage = Outage(gateway="gw-1", begin=stills[1].at, end=stills[1].at + timedelta(hours=2))
    stage, _, link = a_stage(stack, tmp_path, outages=[outage])
    cut: list[bool] = []
    played = play(stage, [[still] for still in stills], after=lambda *_: cut.append(link.is_cut))
    assert cut == [False, True, False, False]
    assert played.held == {"gw-1": 2}


def test_an_outage_to_the_end_is_mended_after_it(tmp_path: Path, stack: ExitStack) -> None:
    stills = some_stills(tmp_path / "stills", count=1)
    outage = Outage(gateway="gw-1", begin=FIRST, end=FIRST + timedelta(days=9))
    stage, _, link = a_stage(stack, tmp_path, outages=[outage])
    play(stage, [stills], after=lambda *_: None)
    assert not link.is_cut


def test_a_camera_that_does_not_answer_is_named(tmp_path: Path, stack: ExitStack) -> None:
    stage, _, _ = a_stage(stack, tmp_path)
    ghost = some_stills(tmp_path / "stills", camera="c9", count=1)
    assert unseen_after(stage, ghost, timeout_s=0.1) == ["c9"]


def test_handing_over_leaves_nothing_half_done(tmp_path: Path) -> None:
    (still,) = some_stills(tmp_path / "stills", count=1)
    hand_over(still, tmp_path / "new" / "drop")
    (arrived,) = (tmp_path / "new" / "drop").iterdir()
    assert arrived.read_bytes() == b"picture 0"
    assert arrived.stat().st_mtime == still.at.timestamp()
