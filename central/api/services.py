"""What the API is given by the composition root, and how a route asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlmodel import Session

from central import clock
from central.api.answerers import Answerers
from central.api.changes import Changes
from central.api.envelopes import Problem
from central.api.kept import Kept
from central.api.kept_rows import KeptRows
from central.api.metering import Meter
from central.api.one_hop import opened_once
from central.api.throttle import Throttle
from central.api.tokens import Signer
from central.api.uploads.intake import Turns
from central.api.uploads.limits import UploadLimits
from central.api.views.briefs import Briefs
from central.api.views.details import Detail
from central.api.views.public import Shown
from central.api.wall_cache import AnswerCache
from central.domain import Text
from central.store.engine import snapshots

if TYPE_CHECKING:
    from central.api.recognition_schemas import LivelihoodList  # which needs access, which needs this


CURVES_MAX = 1024  # of some kilobytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """`pages` is the built web page (None = API only); stills and the signing secret live under `data_dir`.

    `trusted_proxies`: addresses or networks whose X-Forwarded-For says who calls. `metrics_token` None = this machine
    only.
    """

    data_dir: Path
    district: Text
    version: str
    pages: Path | None = None
    token_lifetime: timedelta = timedelta(minutes=20)
    heartbeat: timedelta = timedelta(seconds=15)
    certificate_life: timedelta = timedelta(days=30)
    uploads: UploadLimits = field(default_factory=UploadLimits)
    trusted_proxies: tuple[str, ...] = ()
    public_projects: Literal["listed", "all"] = "listed"
    metrics_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a route may use. `clock` is the time of the projects (may be a replay's), `wall` that of sessions."""

    engine: Engine
    settings: ApiSettings
    signer: Signer
    changes: Changes
    clock: Callable[[], datetime]
    wall: Callable[[], datetime]
    throttle: Throttle = field(default_factory=Throttle)
    turns: Turns = field(default_factory=Turns)
    walls: AnswerCache[Kept] = field(default_factory=AnswerCache)
    districts: AnswerCache[Kept] = field(default_factory=AnswerCache)
    briefs: Briefs = field(default_factory=Briefs)
    details: KeptRows[Detail] = field(default_factory=KeptRows)
    curves: AnswerCache[Kept] = field(default_factory=lambda: AnswerCache(kept_max=CURVES_MAX))
    round_sites: KeptRows[bytes] = field(default_factory=KeptRows)
    published: AnswerCache[Shown] = field(default_factory=AnswerCache)
    promised: AnswerCache[LivelihoodList] = field(default_factory=AnswerCache)
    meter: Meter = field(default_factory=Meter)
    problems: Callable[[], tuple[Problem, ...]] = tuple  # what does not work as it should, now
    answerers: Answerers | None = None
    still_turns: Turns = field(default_factory=Turns)  # their own: people's photos keep no gateway waiting


def services_of(request: Request) -> Services:
    """The services the app was built with."""
    return cast(Services, request.app.state.services)


async def _given(request: Request) -> Services:
    """The same as a dependency: a coroutine, so that no thread is asked for what is there."""
    return services_of(request)


Given = Annotated[Services, Depends(_given)]


def _session(services: Given) -> Iterator[Session]:
    """A read-only snapshot for one request, begun when it is first asked.

    Its connection is taken by the thread that answers and given back before the answer is sent: who held one while it
    waited for a thread, or for a slow reader, would keep all others from theirs.
    """
    with snapshot(services) as session:
        yield session


def snapshot(services: Services) -> AbstractContextManager[Session]:
    """A read-only snapshot, begun when it is first asked: the one of the question that is worked at, if one is."""
    return _snapshot(services.engine)


def clock_of_questions(kind: Literal["system", "event"], engine: Engine) -> clock.Clock:
    """The clock that questions are answered by; a replay's is read in the snapshot that answers."""
    return clock.system if kind == "system" else lambda: _newest(engine)


def _newest(engine: Engine) -> datetime:
    with _snapshot(engine) as session:
        return clock.newest(session.connection())


def _snapshot(engine: Engine) -> AbstractContextManager[Session]:
    return opened_once(lambda: Session(snapshots(engine)), key=Session)


Db = Annotated[Session, Depends(_session, scope="function")]
