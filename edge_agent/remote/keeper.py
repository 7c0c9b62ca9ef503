"""The thread that keeps an agent's configuration: hears the centre, prepares, switches, watches the trial, answers.

Order that a kill at any moment cannot spoil: staged whole, then one file replaced (the switch), then begun anew; the
answer is owed in that same file until the outbox holds it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from edge_agent.backoff import Backoff
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.errors import SettingsError, StoreError
from edge_agent.remote.errors import ExpiredError, ForgedError, NotYetError, RefusedError, StaleError
from edge_agent.remote.fetching import fetch_all
from edge_agent.remote.message import check, check_deadline, opened
from edge_agent.remote.overlay import overlaid
from edge_agent.remote.rehearsal import rehearse
from edge_agent.remote.staging import forget_fetched, stage
from edge_agent.remote.start import REASON_CHARS_MAX, parts_said, taken_back
from edge_agent.remote.state import FOLDER, State, Trial, Tries, read_state, write_state
from edge_agent.remote.trial import CameraSeen, expected_of, judge
from edge_agent.settings import FolderCamera, Settings
from wire.codec import encode_body
from wire.messages import Clock, Config, ConfigResult, ConfigStep

log = logging.getLogger(__name__)

POLL_S = 0.2
TRIES_MAX = 3
FRAMES_TO_WAIT = 3  # of a camera's own interval, before a trial is over
SLACK_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the keeper asks of the running agent, and tells it. `now_ms` and `clock` are the machine's own."""

    cameras: Callable[[], Mapping[str, CameraSeen]]
    synced: Callable[[], bool]
    forged: Callable[[], None]
    now_ms: Callable[[], int]
    clock: Callable[[], Clock]
    random: Random


class Keeper:
    """`run` is a thread's whole life. `offer` and `blamed` are for other threads, `problem` for anyone.

    `again` is set when the agent is to end and begin anew under what the state file says.
    """

    def __init__(self, settings: Settings, outbox: Outbox, around: Around, *, centre_key: str | None) -> None:
        self.again = threading.Event()
        self.problem = ""
        self._settings = settings
        self._folder = settings.gateway.data_dir / FOLDER
        self._outbox = outbox
        self._around = around
        self._centre_key = centre_key
        self._floor = outbox.order_floor()
        self._state = _not_set_back(read_state(self._folder), floor=self._floor)
        self._waiting: bytes | None = None
        self._lock = threading.Lock()
        self._failure = ""
        self._trying = 0
        self._started_s = time.monotonic()

    @property
    def current(self) -> int:
        """The configuration that runs; 0 = the settings file alone."""
        return self._state.current

    @property
    def on_trial(self) -> bool:
        """Whether what runs is not confirmed yet."""
        return self._state.trial is not None

    def offer(self, payload: bytes) -> None:
        """A message on down/config; of several that wait the last one counts. An empty one says that there is none."""
        with self._lock:
            self._waiting = payload or None

    def blamed(self, camera: str, problem: str) -> bool:
        """Whether a look that failed is the trial's fault: then the frame is not marked as done with."""
        trial = self._state.trial
        if trial is None or camera not in trial.cameras:
            return False
        self._failure = self._failure or f"camera {camera}: {problem}"
        return True

    def failed(self, problem: str) -> None:
        """A part of the agent has ended for good: on trial that is the configuration's fault, and it is taken back."""
        if self.on_trial and not self.again.is_set():
            self._take_back(problem)

    def begin(self) -> None:
        """Before anything is looked at: what is read from here on is read under what is on trial."""
        if not self.on_trial:
            return
        try:
            self._say_step(self._state.current, "on_trial")
        except StoreError as full:  # a word less at the centre; the trial goes on
            log.warning("not said that configuration %d is on trial: %s", self._state.current, full)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop, or until the agent is to begin anew."""
        while not stop.wait(POLL_S) and not self.again.is_set():
            try:
                self._turn(stop)
            except (StoreError, OSError) as full:  # no room: it is tried again, nothing is half done
                self.problem = str(full)
                log.warning("configuration waits: %s", full)
                stop.wait(SLACK_S)
            except Exception:
                log.exception("keeping the configuration failed")
                self.problem = "internal error, see the log"
                stop.wait(SLACK_S)

    def _turn(self, stop: threading.Event) -> None:
        self._answer()
        self._keep_floor()
        if self.on_trial:
            self._watch()
            return
        with self._lock:
            payload, self._waiting = self._waiting, None
        if payload is not None:
            self._handle(payload, stop)

    def _watch(self) -> None:
        trial = self._state.trial
        if trial is None:
            return
        found = judge(
            trial,
            elapsed_s=time.monotonic() - self._started_s,
            synced=self._around.synced(),
            cameras=self._around.cameras(),
            failure=self._failure,
        )
        if found.state == "well":
            log.info("configuration %d confirmed", self._state.current)
            self._save(replace(self._state, trial=None, previous=0, owed=(*self._state.owed, self._applied())))
            forget_fetched(self._folder)
        elif found.state == "ill":
            self._take_back(found.reason)

    def _applied(self) -> ConfigResult:
        folder = self._folder / str(self._state.current)
        return ConfigResult(id=self._state.current, state="applied", reason="", parts=parts_said(folder))

    def _take_back(self, reason: str) -> None:
        self._state = taken_back(self._folder, self._state, reason=reason)
        self.again.set()

    def _handle(self, payload: bytes, stop: threading.Event) -> None:
        """One message to its end: refused, expired, given up for a newer one, or switched to."""
        if self._centre_key is None:
            self.problem = "a configuration came, but no [identity] centre_key is set; expected an enrolled gateway"
            log.warning("configuration not taken: %s", self.problem)
            return
        try:
            config = opened(Config, payload, gateway=self._settings.gateway.id, key=self._centre_key)
            check(config, newest=self._state.newest, now_ms=self._around.now_ms(), clock=self._around.clock())
        except ForgedError as forged:
            self._around.forged()
            self.problem = str(forged)
            log.error("configuration refused as forged: %s", forged)
        except StaleError as stale:
            log.info("configuration not newer than what was handled: %s", stale)
        except RefusedError as bad:
            self._finish(self._id_of(payload), "refused", str(bad))
        except ExpiredError as late:
            self._finish(self._id_of(payload), "expired", str(late))
        else:
            self._prepare(config, stop)

    def _id_of(self, payload: bytes) -> int:
        return opened(Config, payload, gateway=self._settings.gateway.id, key=self._centre_key or "").id

    def _prepare(self, config: Config, stop: threading.Event) -> None:
        """Fetch, stage, rehearse, switch; what is not to be had now is tried again while it is the newest wish."""
        backoff = Backoff(min_s=1.0, max_s=60.0, stable_s=0.0, random=self._around.random)
        self._say_step(config.id, "received")
        while not stop.is_set():
            try:
                self._switch(config, stop)
            except RefusedError as bad:
                self._finish(config.id, "refused", str(bad))
            except ExpiredError as late:
                self._finish(config.id, "expired", f"{late}; last: {self.problem}" if self.problem else str(late))
            except (NotYetError, SettingsError, OSError) as later:  # a token that cannot be read now is one
                self.problem = str(later)
                log.warning("configuration %d waits: %s", config.id, later)
                stop.wait(backoff.after_failure())
                with self._lock:
                    if self._waiting is not None:
                        return  # a newer wish: this one is answered by it
                continue
            return

    def _switch(self, config: Config, stop: threading.Event) -> None:
        around = self._around
        check_deadline(config, now_ms=around.now_ms(), clock=around.clock())
        fetched = fetch_all(self._settings.centre, config.parts, folder=self._folder)
        if not self._counted(config):
            self._finish(config.id, "refused", f"the agent ended {TRIES_MAX} times while it was prepared")
            return
        staged = stage(config, fetched, settings=self._settings, folder=self._folder)
        ours = overlaid(self._settings, staged)
        self._check_records_stay(ours)
        rehearse(ours, stop=stop)
        check_deadline(config, now_ms=around.now_ms(), clock=around.clock())
        expected = expected_of(around.cameras())
        trial = Trial(since_ms=around.now_ms(), limit_s=trial_limit_s(ours, expected), cameras=expected)
        previous = self._state.current
        self._save(
            replace(
                self._state, current=config.id, previous=previous, newest=config.id, trial=trial, tries=None, restore=0
            )
        )
        log.info("configuration %d switched to, on trial for %d s", config.id, trial.limit_s)
        self.problem = ""
        self.again.set()

    def _check_records_stay(self, ours: Settings) -> None:
        """A switch can be taken back, records that were given up under it cannot."""
        cap_bytes = ours.limits.outbox_bytes
        if self._outbox.would_give_up(cap_bytes):
            raise RefusedError(
                f"{cap_bytes} bytes are too few for what waits in the store",
                where="parts.settings limits.outbox_bytes",
                expected="a cap that gives up none of it, or the order again once it is delivered",
            )

    def _counted(self, config: Config) -> bool:
        """Whether it may be tried once more; durable, so that one which kills this agent does not do so for ever.

        Once in this process: heard or tried again in it, it has not ended it.
        """
        if self._trying == config.id:
            return True
        tries = self._state.tries
        times = tries.times if tries is not None and tries.id == config.id else 0
        if times >= TRIES_MAX:
            return False
        self._save(replace(self._state, tries=Tries(id=config.id, times=times + 1)))
        self._trying = config.id
        return True

    def _finish(self, config: int, state: str, reason: str) -> None:
        log.warning("configuration %d %s: %s", config, state, reason)
        self.problem = reason
        result = ConfigResult(id=config, state=state, reason=reason[:REASON_CHARS_MAX])  # type: ignore[arg-type]
        owed = (*self._state.owed, result)
        self._save(replace(self._state, newest=max(config, self._state.newest), tries=None, owed=owed))
        forget_fetched(self._folder)

    def _answer(self) -> None:
        """What is owed goes into the outbox; said twice after a kill between the two writes, which says it once."""
        if not self._state.owed:
            return
        at, clock = self._around.now_ms(), self._around.clock()
        self._outbox.append(
            [NewRecord(kind="config_result", at=at, clock=clock, body=encode_body(owed)) for owed in self._state.owed]
        )
        self._save(replace(self._state, owed=()))

    def _say_step(self, config: int, step: Literal["received", "on_trial"]) -> None:
        """How far it has come, for whoever waits at the centre; said again after a kill, which says the same."""
        at, clock = self._around.now_ms(), self._around.clock()
        body = encode_body(ConfigStep(id=config, step=step))
        self._outbox.append([NewRecord(kind="config_step", at=at, clock=clock, body=body)])

    def _save(self, state: State) -> None:
        write_state(self._folder, state)
        self._state = state

    def _keep_floor(self) -> None:
        """After the state file, never before: what the store says was handled is never ahead of what was."""
        if self._state.newest > self._floor:
            self._outbox.keep_order_floor(self._state.newest)
            self._floor = self._state.newest


def _not_set_back(state: State, *, floor: int) -> State:
    """A state file that was lost or put back takes no order that is older than the last one handled.

    The last one itself is handled again: it is the centre's wish, and what became of it is lost with the file.
    """
    if state.newest >= floor:
        return state
    log.error("configuration state is gone or old: it says %d, but %d was handled", state.newest, floor)
    return replace(state, newest=floor - 1)


def trial_limit_s(settings: Settings, cameras: tuple[str, ...]) -> int:
    """How long a trial may take: as the settings say, or some intervals of the slowest stream that must show itself."""
    intervals = [
        camera.interval_s for camera in settings.camera if camera.id in cameras and not isinstance(camera, FolderCamera)
    ]
    slowest_s = max(intervals, default=0.0) * FRAMES_TO_WAIT + SLACK_S if intervals else 0.0
    return round(max(settings.remote.trial_s, slowest_s))
