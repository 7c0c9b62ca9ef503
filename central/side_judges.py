"""Judges beside the centre: processes that take many projects through the one door when all are due at once."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central.reassess import reassess
from central.store.engine import open_engine

log = logging.getLogger(__name__)

MANY = 64  # projects from which on processes are worth starting: one takes a second or two
_NICE = 5  # ingest and pages come first
_SHARE = 8  # projects handed over at a time

_engine: Engine | None = None  # a judge's own, opened when its process begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one project: `error` '' = judged; `offline` = the database was not there. `cpu_s` = processor
    time of the judge's process."""

    project: str
    took_s: float
    cpu_s: float
    error: str = ""
    offline: bool = False


def judge_beside(
    engine: Engine, projects: Sequence[str], now: datetime, *, processes: int, stopping: Event
) -> Iterator[list[Verdict]]:
    """Judge projects in processes of their own, share by share as they come; none further once `stopping` is set.

    A process that dies ends the whole with BrokenProcessPool; what was judged by then is saved.
    """
    url = engine.url.render_as_string(hide_password=False)
    shares = [projects[n : n + _SHARE] for n in range(0, len(projects), _SHARE)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(url,)) as pool:
        for done in as_completed([pool.submit(_judge, share, now) for share in shares]):
            verdicts = done.result()
            yield verdicts
            if stopping.is_set() or any(verdict.offline for verdict in verdicts):
                pool.shutdown(cancel_futures=True)
                return


def _begin(url: str) -> None:
    global _engine  # noqa: PLW0603 -- set once, before anything is judged
    os.nice(_NICE)
    _engine = open_engine(url)


def _judge(projects: Sequence[str], now: datetime) -> list[Verdict]:
    if _engine is None:
        raise RuntimeError("judge without a database: expected its process to have begun with one")
    found: list[Verdict] = []
    for project in projects:
        found.append(verdict_on(_engine, project, now))
        if found[-1].offline:
            break
    return found


def verdict_on(engine: Engine, project: str, now: datetime) -> Verdict:
    """One project through the one door; whatever goes wrong is in the verdict."""
    began, cpu = time.monotonic(), time.process_time()
    error, offline = "", False
    try:
        reassess(engine, project, now)
    except OperationalError as gone:
        error, offline = str(gone.orig), True
    except Exception as broken:
        log.exception("reassessment failed: project=%s", project)
        error = f"{type(broken).__name__}: {broken}"
    return Verdict(
        project=project,
        took_s=time.monotonic() - began,
        cpu_s=time.process_time() - cpu,
        error=error,
        offline=offline,
    )
