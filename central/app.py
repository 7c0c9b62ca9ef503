"""Composition root of the centre: builds everything from the settings, starts it, stops it. Holds no logic."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central import clock, seldom
from central.api.answerers import BEGIN_FROM, Answerer, Answerers
from central.api.app import NOT_ASIDE, create_app
from central.api.beside import answer_all
from central.api.changes import Changes
from central.api.envelopes import Problem
from central.api.services import ApiSettings, Services, clock_of_questions
from central.api.tokens import Signer, load_secret
from central.api.uploads.limits import Quota, UploadLimits
from central.api.uploads.sweep import Sweeper
from central.api.views.ready import Readiness
from central.configuring.announcing import Announcer
from central.domain import Text
from central.identity.broker_watch import BrokerWatch
from central.identity.ends import warn_of_ends
from central.identity.keys import centre_signer, identity_folder
from central.ingest.listener import Listener
from central.ingest.worker import Worker
from central.jobs import Scheduler
from central.notify.beginning import postman_of
from central.notify.postman import Postman
from central.private_data import OWNERS_UMASK, prepare_data
from central.reassessor import Reassessor
from central.settings import Settings, UploadSettings, metrics_token
from central.store.engine import open_engine, reading
from central.store.migrate import migrate_when_it_answers
from central.store.read_size import projects_of_district
from wire.log_lines import log_to_stderr

log = logging.getLogger(__name__)

JOIN_S = 10.0
LARGE = 200  # projects from which a district has people every day
RESTART_S = 1.0
STREAMS_END_S = 2
READY_S, READY_REST_S = 5.0, 0.05  # between two looks for what is to be made ready, and between two shares of it
SWITCH_S = 0.0005  # Python's 5 ms: whoever let the interpreter go for one row waited so long for it (decision 0043)


@dataclass(slots=True, kw_only=True)
class Centre:
    """A centre that is put together. `start` begins to listen and judge; `stop` ends it with nothing half done."""

    settings: Settings
    engine: Engine
    changes: Changes
    app: FastAPI
    reassessor: Reassessor
    scheduler: Scheduler
    sweeper: Sweeper
    postman: Postman
    worker: Worker | None
    listener: Listener | None
    broker_watch: BrokerWatch | None
    answerers: Answerers | None
    stopping: Event
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the loops, each in its own thread."""
        self._run("reassess", self.reassessor.run)
        self._run("uploads", self.sweeper.run)
        self._run("notify", self.postman.run)
        self._run("lists", self._make_ready)
        if self.worker is not None and self.listener is not None:
            self._run("ingest", self.worker.run)
            self._run("broker", self.listener.run)
            self._run("configure", self._announcer(self.listener).run)
        if self.broker_watch is not None:
            self._run("broker-watch", self.broker_watch.run)
        self.scheduler.start()

    def stop(self) -> None:
        """Stop listening, finish the transactions that run, close the database."""
        self.stopping.set()
        self.reassessor.called.set()
        self.changes.close()
        self.scheduler.stop()
        if self.answerers is not None:
            self.answerers.close()
        for thread in self._threads:
            thread.join(JOIN_S)
        self.engine.dispose()

    def _make_ready(self) -> None:
        readiness = Readiness(self.app.state.services)
        while not self.stopping.is_set():
            try:
                if not self._asks_aside():
                    readiness.look(lambda: self.stopping.wait(READY_REST_S) or self._asks_aside())
            except OperationalError as gone:
                log.warning("database not available, lists are made when they are asked for: %s", gone.orig)
            self.stopping.wait(READY_S)

    def _asks_aside(self) -> bool:
        """Whether processes beside answer, which make what they need themselves."""
        return self.answerers is not None and self.answerers.living > 0

    def _announcer(self, listener: Listener) -> Announcer:
        return Announcer(engine=self.engine, say=listener.say, connection=listener.telling, stopping=self.stopping)

    def _run(self, name: str, loop: Callable[[], None]) -> None:
        thread = Thread(target=_kept_alive, args=(name, loop, self.stopping), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()


def build(settings: Settings) -> Centre:
    """Everything of one centre; the database is brought to the newest schema first, and waited for if it is away."""
    prepare_data(settings)
    engine, stopping = open_engine(settings.database_url), Event()
    migrate_when_it_answers(engine, stopping=stopping)
    now, changes = clock.clock_of(settings.clock, engine), Changes()
    reassessor = Reassessor(
        engine=engine, now=now, changed=lambda projects, at: changes.publish(projects, at=at), stopping=stopping
    )
    worker, listener = _ingest(settings, engine, reassessor, stopping)
    watch = _broker_watch(settings, engine, stopping)
    services = _services(settings, engine, changes, lambda: _problems(worker, listener, watch))
    if count := settings.answerers_most:
        begin_from = 1 if _is_large(engine) else BEGIN_FROM
        answerers = Answerers(lambda: _beside(settings), count=count, begin_from=begin_from, not_here=NOT_ASIDE)
        services = replace(services, answerers=answerers)
    return Centre(
        settings=settings,
        engine=engine,
        changes=changes,
        app=create_app(services),
        reassessor=reassessor,
        scheduler=Scheduler(engine=engine, holder=_identity(), ran=reassessor.call),
        sweeper=Sweeper(services=services, stopping=stopping),
        postman=postman_of(settings, engine, holder=_identity(), stopping=stopping),
        worker=worker,
        listener=listener,
        broker_watch=watch,
        answerers=services.answerers,
        stopping=stopping,
    )


def _beside(settings: Settings) -> Answerer:
    """A process that answers questions, begun; it is asked once it says so."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    process = get_context("spawn").Process(target=_answer, args=(settings, theirs), name="answerer", daemon=True)
    process.start()
    theirs.close()
    return Answerer(process=process, end=ours)


def _answer(settings: Settings, end: socket.socket) -> None:
    """What a process beside does: build what answers, and answer until the server closes its end."""
    for number in (signal.SIGTERM, signal.SIGINT):  # sent to all of a service at once: the server ends us by its end
        signal.signal(number, signal.SIG_IGN)
    os.umask(OWNERS_UMASK)
    log_to_stderr(settings.log_level.upper())
    engine = open_engine(settings.database_url)
    services = _services(settings, engine, Changes(), tuple)
    app = create_app(services)
    app.state.alone = True
    seldom.keep_what_is_made()
    answer_all(app, end, idle=Readiness(services).when_idle)
    engine.dispose()


def _is_large(engine: Engine) -> bool:
    """Whether processes beside should stand ready before the people come: they have a thousand pages to make ready."""
    with reading(engine) as connection:
        return projects_of_district(connection) >= LARGE


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    os.umask(OWNERS_UMASK)
    centre = build(settings)
    config = uvicorn.Config(
        centre.app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe says `trusted_proxies`, and no variable of uvicorn's
        timeout_graceful_shutdown=STREAMS_END_S,
    )
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises the signal again when it has ended; we are not done
        signal.signal(number, lambda *_: centre.stopping.set())
    warn_of_ends(centre.engine, now=clock.system())
    seldom.keep_what_is_made()
    sys.setswitchinterval(SWITCH_S)
    centre.start()
    try:
        uvicorn.Server(config).run()
    finally:
        centre.stop()
        log.info("stopped")


def _ingest(
    settings: Settings, engine: Engine, reassessor: Reassessor, stopping: Event
) -> tuple[Worker | None, Listener | None]:
    if settings.broker is None:
        log.warning("no broker in the settings: this centre receives nothing from gateways")
        return None, None
    worker = Worker(
        engine=engine,
        tell=lambda _: None,
        dirtied=reassessor.call,
        now_ms=clock.system_ms,
        live=settings.clock == "system",
        stopping=stopping,
    )
    listener = Listener(
        settings=settings.broker,
        session=clock.system_ms(),
        receive=worker.receive,
        sign=centre_signer(settings.data_dir).sign,
        stopping=stopping,
    )
    worker.tell = listener.tell
    return worker, listener


def _broker_watch(settings: Settings, engine: Engine, stopping: Event) -> BrokerWatch | None:
    if settings.identity.broker_log is None:
        return None
    own = settings.broker.client_id if settings.broker is not None else ""
    return BrokerWatch(
        engine=engine,
        path=settings.identity.broker_log,
        place=identity_folder(settings.data_dir) / "broker_log.place",
        now_ms=clock.system_ms,
        centre_clients=frozenset({own, f"{own}-bulk"}),
        stopping=stopping,
    )


def _problems(worker: Worker | None, listener: Listener | None, watch: BrokerWatch | None) -> tuple[Problem, ...]:
    wrong: dict[Problem, bool] = {
        "ingest": worker is not None and not worker.stores,
        "broker": listener is not None and not listener.connected.is_set(),
        "broker_log": watch is not None and bool(watch.problems),
    }
    return tuple(name for name, so in wrong.items() if so)


def _services(
    settings: Settings, engine: Engine, changes: Changes, problems: Callable[[], tuple[Problem, ...]]
) -> Services:
    api = ApiSettings(
        data_dir=settings.data_dir,
        district=Text(zh=settings.district.zh, en=settings.district.en),
        version=version("siteprogress"),
        pages=settings.pages or _built_pages(),
        certificate_life=timedelta(days=settings.identity.certificate_days),
        uploads=_upload_limits(settings.uploads),
        trusted_proxies=settings.trusted_proxies,
        metrics_token=metrics_token(settings),
        public_projects=settings.public_projects,
    )
    secret = settings.secret.encode() if settings.secret else load_secret(settings.data_dir / "token.secret")
    return Services(
        engine=engine,
        settings=api,
        signer=Signer(secret=secret, lifetime=api.token_lifetime),
        changes=changes,
        clock=clock_of_questions(settings.clock, engine),
        wall=clock.system,
        problems=problems,
    )


def _upload_limits(said: UploadSettings) -> UploadLimits:
    return UploadLimits(
        photo_bytes=said.photo_bytes,
        photo_pixels=said.photo_pixels,
        person=Quota(uploads=said.person_uploads, size_bytes=said.person_bytes),
        gateway=Quota(uploads=said.gateway_uploads, size_bytes=said.gateway_bytes),
        lifetime=said.lifetime,
        disk_free_bytes=said.disk_free_bytes,
        idle_s=said.idle_s,
        waiting=said.waiting,
    )


def _built_pages() -> Path | None:
    """The page built in this checkout, if there is one."""
    dist = Path(__file__).parents[1] / "web" / "dist"
    return dist if (dist / "index.html").is_file() else None


def _identity() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def _kept_alive(name: str, loop: Callable[[], None], stopping: Event) -> None:
    """Run a loop that should only end when the centre stops; one that breaks is started again, loudly."""
    while not stopping.is_set():
        try:
            loop()
        except Exception:
            log.exception("loop broke, starting it again: loop=%s", name)
        stopping.wait(RESTART_S)
