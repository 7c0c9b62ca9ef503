"""The keeper alone, with a real store and real blobs: what it answers, what it counts, what it leaves alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.remote.keeper import TRIES_MAX, Around, Keeper, trial_limit_s
from edge_agent.remote.state import FILE, State, Trial, Tries, read_state, write_state
from edge_agent.remote.trial import CameraSeen
from edge_agent.settings import HttpCamera, Settings
from tests.edge_agent.http_server import http_server
from tests.edge_agent.remote.build import CENTRE, DEADLINE, ISSUED, a_config, a_part, a_policy, payload, settings_in
from tests.services import wait_until
from wire.signing import new_signer

POLICY = a_policy(evidence={"every_h": 9})
SEEN = {"cam-1": CameraSeen(live=False, looked=True)}


@dataclass(slots=True)
class Desk:
    """A keeper and all that it works with; `blobs` are what the centre has."""

    settings: Settings
    outbox: Outbox
    blobs: dict[str, bytes]
    now_ms: int = ISSUED
    clock: Any = "synced"
    synced: bool = True
    cameras: dict[str, CameraSeen] = field(default_factory=lambda: dict(SEEN))
    forgeries: int = 0

    @property
    def folder(self) -> Path:
        return self.settings.gateway.data_dir / "config"

    @property
    def state(self) -> State:
        return read_state(self.folder)

    def keeper(self, *, key: str | None = CENTRE.public_hex) -> Keeper:
        around = Around(
            cameras=lambda: self.cameras,
            synced=lambda: self.synced,
            forged=self.count,
            now_ms=lambda: self.now_ms,
            clock=lambda: self.clock,
            random=Random(1),
        )
        return Keeper(self.settings, self.outbox, around, centre_key=key)

    def count(self) -> None:
        self.forgeries += 1

    def until(self, happened: Callable[[], object], *, keeper: Keeper) -> None:
        """Let it run in its thread until something has happened."""
        stop = threading.Event()
        thread = threading.Thread(target=keeper.run, args=(stop,))
        thread.start()
        try:
            wait_until(happened, what="the keeper did it", timeout_s=180)
        finally:
            stop.set()
            thread.join(60)

    def answers(self) -> list[tuple[int, str, str]]:
        """Id, state and reason of every config_result in the store."""
        bodies = [json.loads(row.body) for row in self.outbox.pending(0, 100) if row.kind == "config_result"]
        return [(body["id"], body["state"], body["reason"]) for body in bodies]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    blobs: dict[str, bytes] = {}

    def get(handler: BaseHTTPRequestHandler) -> None:
        content = blobs.get(handler.path.rpartition("/")[2])
        handler.send_response(503 if content is None else 200)
        handler.send_header("Content-Length", str(len(content or b"")))
        handler.end_headers()
        handler.wfile.write(content or b"")

    (tmp_path / "token").write_text("secret")
    with http_server(get=get) as url:
        settings = settings_in(tmp_path, more=f'[centre]\nurl = "{url}"\ntoken_file = "token"')
        outbox = open_outbox(settings.gateway.data_dir, gateway="gw-1", now_ms=lambda: ISSUED)
        yield Desk(settings=settings, outbox=outbox, blobs=blobs)
        outbox.close()


def settled(desk: Desk, keeper: Keeper) -> Callable[[], bool]:
    """Whether what was offered is taken and an answer is in the store."""
    return lambda: keeper._waiting is None and not desk.state.owed and bool(desk.answers())


def having(desk: Desk, *contents: bytes) -> None:
    desk.blobs.update({a_part("settings", content).sha256: content for content in contents})


def test_a_good_order_is_rehearsed_and_switched_to_and_confirmed_after_a_new_start(desk: Desk) -> None:
    having(desk, POLICY)
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", POLICY))))
    desk.until(keeper.again.is_set, keeper=keeper)
    assert desk.state.trial == Trial(since_ms=ISSUED, limit_s=300, cameras=("cam-1",))
    assert (desk.state.current, desk.state.previous, desk.answers()) == (7, 0, [])
    after = desk.keeper()
    desk.until(desk.answers, keeper=after)
    assert desk.answers() == [(7, "applied", "")]
    assert desk.state == State(current=7, newest=7)
    again = desk.keeper()
    again.offer(payload(a_config(a_part("settings", POLICY))))
    desk.until(lambda: again._waiting is None, keeper=again)
    assert len(desk.answers()) == 1
    assert not again.again.is_set()


def test_an_order_that_comes_before_any_look_is_not_confirmed_without_one(desk: Desk) -> None:
    having(desk, POLICY)
    unseen = {"cam-1": CameraSeen(live=True, looked=False)}
    desk.cameras = unseen
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", POLICY))))
    desk.until(keeper.again.is_set, keeper=keeper)
    trial = desk.state.trial
    assert trial is not None
    assert trial.cameras == ("cam-1",)
    write_state(desk.folder, replace(desk.state, trial=replace(trial, limit_s=1)))
    after = desk.keeper()
    desk.until(after.again.is_set, keeper=after)
    assert [(one.state, one.reason) for one in desk.state.owed] == [
        ("rolled_back", "no frame looked at within 1 s: cam-1")
    ]


def handled(desk: Desk, *, number: int) -> None:
    """An order of this id is applied and the keeper has gone on."""
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", POLICY), number=number)))
    desk.until(keeper.again.is_set, keeper=keeper)
    after = desk.keeper()
    desk.until(lambda: desk.outbox.order_floor() == number and desk.answers(), keeper=after)


def test_a_lost_state_file_takes_no_order_of_before_though_the_clock_is_not_set(desk: Desk) -> None:
    having(desk, POLICY)
    handled(desk, number=9)
    (desk.folder / FILE).unlink()
    desk.clock = "free"
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", POLICY), number=8)))
    desk.until(lambda: keeper._waiting is None, keeper=keeper)
    assert (keeper.again.is_set(), keeper.current, len(desk.answers())) == (False, 0, 1)


def test_the_last_order_is_handled_again_after_its_state_file_is_lost(desk: Desk) -> None:
    having(desk, POLICY)
    handled(desk, number=9)
    (desk.folder / FILE).unlink()
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", POLICY), number=9)))
    desk.until(keeper.again.is_set, keeper=keeper)
    assert desk.state.current == 9


UNUSABLE: dict[str, tuple[bytes, dict[str, Any], str, str]] = {
    "a policy out of bounds": (a_policy(vision={"threads": 0}), {}, "refused", "from 1 to 64"),
    "late": (POLICY, {"now_ms": DEADLINE + 5000}, "expired", "5 s late"),
}


@pytest.mark.parametrize(("content", "around", "state", "why"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_used_is_answered_once(
    desk: Desk, content: bytes, around: dict[str, Any], state: str, why: str
) -> None:
    having(desk, content)
    for name, value in around.items():
        setattr(desk, name, value)
    for _ in range(2):
        keeper = desk.keeper()
        keeper.offer(payload(a_config(a_part("settings", content))))
        desk.until(settled(desk, keeper), keeper=keeper)
    assert [(number, said) for number, said, _ in desk.answers()] == [(7, state)]
    assert why in desk.answers()[0][2]
    assert (desk.state.current, desk.state.newest, keeper.again.is_set()) == (0, 7, False)


def test_a_blob_that_does_not_come_is_tried_until_the_deadline(desk: Desk) -> None:
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", POLICY))))
    desk.until(lambda: "503" in keeper.problem, keeper=keeper)
    assert desk.answers() == []
    desk.now_ms = DEADLINE + 1
    later = desk.keeper()
    later.offer(payload(a_config(a_part("settings", POLICY))))
    desk.until(desk.answers, keeper=later)
    assert desk.answers()[0][:2] == (7, "expired")


def test_a_newer_wish_replaces_one_that_waits(desk: Desk) -> None:
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", b"never"), number=7)))

    def newer() -> bool:
        if "503" in keeper.problem and keeper._waiting is None and desk.state.newest == 0:
            keeper.offer(payload(a_config(a_part("settings", POLICY), number=8)))
            having(desk, a_policy(vision={"threads": 0}), POLICY)
        return keeper.again.is_set()

    desk.until(newer, keeper=keeper)
    assert (desk.state.current, desk.state.newest) == (8, 8)


def test_an_order_heard_again_at_each_connection_is_not_taken_for_one_that_ends_the_agent(desk: Desk) -> None:
    """The broker says it again whenever the line comes back; as long as its parts do not come, nothing was tried."""
    keeper, heard = desk.keeper(), 0

    def again() -> bool:
        nonlocal heard
        if "503" in keeper.problem and keeper._waiting is None:
            keeper.problem = ""
            heard += 1
            keeper.offer(payload(a_config(a_part("settings", POLICY))))
        if heard > 2 * TRIES_MAX:
            having(desk, POLICY)
        return keeper.again.is_set() or bool(desk.answers())

    keeper.offer(payload(a_config(a_part("settings", POLICY))))
    desk.until(again, keeper=keeper)
    assert (desk.state.current, desk.answers()) == (7, [])


def test_a_cap_that_would_cost_records_is_refused_and_they_stay(desk: Desk) -> None:
    body = {"said": "x" * 1500}
    desk.outbox.append([NewRecord(kind="reading", at=ISSUED, clock="synced", body=body)] * 1000)
    small = a_policy(limits={"outbox_bytes": 1 << 20})
    having(desk, small)
    keeper = desk.keeper()
    keeper.offer(payload(a_config(a_part("settings", small))))
    desk.until(lambda: desk.state.newest == 7 and not desk.state.owed, keeper=keeper)
    stored = desk.outbox.pending(1000, 100)
    (answer,) = [json.loads(row.body) for row in stored if row.kind == "config_result"]
    assert answer["state"] == "refused"
    assert "too few for what waits in the store" in answer["reason"]
    assert not keeper.again.is_set()


def test_forgeries_are_counted_and_never_answered(desk: Desk) -> None:
    keeper = desk.keeper(key=new_signer().public_hex)
    keeper.offer(payload(a_config()))
    desk.until(lambda: desk.forgeries, keeper=keeper)
    assert "signature of our centre" in keeper.problem
    assert (desk.answers(), desk.state) == ([], State())


def test_without_the_centres_key_nothing_is_taken(desk: Desk) -> None:
    keeper = desk.keeper(key=None)
    keeper.offer(payload(a_config()))
    desk.until(lambda: "centre_key" in keeper.problem, keeper=keeper)
    assert (desk.answers(), desk.state, desk.forgeries) == ([], State(), 0)


def test_an_order_that_ends_the_agent_each_time_is_refused_in_the_end(desk: Desk) -> None:
    write_state(desk.folder, State(tries=Tries(id=7, times=TRIES_MAX)))
    keeper = desk.keeper()
    keeper.offer(payload(a_config()))
    desk.until(desk.answers, keeper=keeper)
    assert desk.answers() == [(7, "refused", "the agent ended 3 times while it was prepared")]


def test_a_failed_look_on_trial_is_the_trials_fault_and_takes_it_back(desk: Desk) -> None:
    write_state(desk.folder, State(current=7, newest=7, trial=Trial(since_ms=ISSUED, limit_s=60, cameras=("cam-1",))))
    desk.cameras = {"cam-1": CameraSeen(live=False, looked=False)}
    keeper = desk.keeper()
    assert not keeper.blamed("cam-2", "never gave frames before")
    assert keeper.blamed("cam-1", "look failed")
    desk.until(keeper.again.is_set, keeper=keeper)
    assert (desk.state.current, desk.state.restore) == (0, 7)
    assert [(one.state, one.reason) for one in desk.state.owed] == [("rolled_back", "camera cam-1: look failed")]
    assert not desk.keeper().blamed("cam-1", "not on trial any more")


def test_a_part_that_ends_on_trial_takes_it_back_and_else_does_not(desk: Desk) -> None:
    desk.keeper().failed("sense ended")
    assert desk.state == State()
    write_state(desk.folder, State(current=7, newest=7, trial=Trial(since_ms=ISSUED, limit_s=60, cameras=())))
    keeper = desk.keeper()
    keeper.failed("sense ended")
    assert keeper.again.is_set()
    assert desk.state.current == 0


@pytest.mark.parametrize(("interval_s", "cameras", "limit_s"), [(60, ("c",), 300), (600, ("c",), 1830), (600, (), 300)])
def test_a_slow_stream_has_a_longer_trial(
    desk: Desk, interval_s: float, cameras: tuple[str, ...], limit_s: int
) -> None:
    camera = HttpCamera(
        id="c", kind="http", url="http://127.0.0.1/x", scene=Path("s"), interval_s=interval_s, stale_s=3600
    )
    settings = desk.settings.model_copy(update={"camera": (camera,)})
    assert trial_limit_s(settings, cameras) == limit_s
