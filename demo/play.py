"""One run of the demo: open the house, play the footage, wait until all is stored and assessed, judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.progress import Progress, TaskID

from demo.accounting import account
from demo.agent import Agent
from demo.centre import Centre, speak_to
from demo.conductor import Played, play
from demo.district import District, expected_of
from demo.footage import Footage
from demo.house import House
from demo.process import wait_until
from demo.report import day_of, progress_bar
from demo.verdict import Expected, Seen, Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was seen, what had to be seen, and the judgement."""

    seen: Seen
    expected: Expected
    verdict: Verdict


def run(house: House, district: District, footage: Footage, console: Console, *, since_s: float) -> Outcome:
    """Play and judge. `since_s` is the monotonic second at which the demo began."""
    with speak_to(house.server.url, username="admin", password=house.logins["admin"]) as centre:
        with progress_bar(console) as bar:
            played = play(house.stage, footage.rounds, after=_teller(bar, house, centre, len(footage.rounds)))
        wait_for_all(house)
        seen = _look(house, district, footage, centre, played, since_s=since_s)
    for gateway, held in played.held.items():
        console.print(
            f"link of {gateway} was cut for two hours: {held} records waited on its disk and arrived afterwards"
        )
    expected = expected_of(district, footage)
    return Outcome(seen=seen, expected=expected, verdict=judge(seen, expected))


def wait_for_all(house: House) -> None:
    """Until the gateways hold nothing that is not acknowledged and the centre has assessed every fact."""
    for agent in house.agents:
        wait_until(f"{agent.gateway} to be rid of its records", _rid(agent), child=agent.child)
    wait_until("the centre assessing its last fact", house.server.settled, child=house.server.child)


def _rid(agent: Agent) -> Callable[[], bool]:
    return lambda: agent.waiting() == 0


def _teller(bar: Progress, house: House, centre: Centre, rounds: int) -> Callable[[datetime, Played], None]:
    task: TaskID = bar.add_task("", total=rounds, day="", readings=0, warnings=0, link="")

    def tell(at: datetime, played: Played) -> None:
        done = int(bar.tasks[0].completed) + 1
        if done % 4 == 0:
            bar.update(task, warnings=len(centre.open_warnings()))
        cut = [gateway for gateway, links in house.stage.links.items() if any(link.is_cut for link in links)]
        bar.update(
            task,
            advance=1,
            day=day_of(at),
            readings=sum(agent.produced() for agent in house.agents),
            link=f"link of {', '.join(cut)} down" if cut else "",
        )

    return tell


def _look(
    house: House, district: District, footage: Footage, centre: Centre, played: Played, *, since_s: float
) -> Seen:
    agents: Sequence[Agent] = house.agents
    return Seen(
        frames=played.frames,
        delivery=account(house.server, agents),
        warnings=centre.warnings(),
        scores=centre.scores(district.projects),
        estimates=centre.estimates(district.projects),
        true_by_day=footage.true_by_day,
        truth=footage.truth,
        plans=district.building_plans,
        delays=tuple(played.delays),
        seconds=time.monotonic() - since_s,
    )
