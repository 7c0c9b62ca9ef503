"""What happens by the clock. Jobs are code; one leader by lease, each run claimed once, missed ones caught up with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import Counter, Gauge
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from central import clock
from central.cycle import run_cycle
from central.report.due import first_at_eight, make_reports
from central.store.count_quality import first_of_month, freeze_due
from central.store.engine import reading, writing
from central.store.instants import DISTRICT_ZONE, to_ms
from central.store.load_project import project_ids
from central.store.remind_mended import remind
from central.store.save_duties import look_at_duties
from central.store.save_jobs import Held, claim_run, finish_run, still_held, take_lease, was_run
from central.store.save_outlook import first_at_five, forecast_running, monday_at_six, train_outlook
from central.store.save_ranked_due import follow_due
from central.store.save_seen import TIME_ALONE_MS, mark_dirty
from central.store.tell_shortfalls import tell_shortfalls

log = logging.getLogger(__name__)

BEAT_S = 10
LEASE_S = 35
LEASE = "jobs"

SUCCEEDED = Gauge("siteprogress_job_last_success", "Unix time of a job's last success", ["job"])
FAILED = Counter("siteprogress_job_failures", "Runs of a job that failed and are tried again", ["job"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`due` gives the newest instant <= now at which the job should run; `run` does it in the claiming transaction.

    It is told the time and reads no clock, so that a year can be run through in a minute."""

    name: str
    due: Callable[[datetime], datetime]
    run: Callable[[Connection, datetime], str]


def last_midnight(now: datetime) -> datetime:
    """The newest 00:00 of the district."""
    return now.astimezone(DISTRICT_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def last_hour(now: datetime) -> datetime:
    """The newest full hour."""
    return now.replace(minute=0, second=0, microsecond=0)


def judge_all(connection: Connection, _now: datetime) -> str:
    """Every project is to be judged again: silence and time are facts too."""
    projects = project_ids(connection)
    mark_dirty(connection, projects, since_ms=TIME_ALONE_MS)
    return f"{len(projects)} projects"


def last_ten_minutes(now: datetime) -> datetime:
    """The newest full ten minutes."""
    return now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)


def mend(connection: Connection, now: datetime) -> str:
    """Clocks of cases that ran out, and reminders of measures; by the wall, which people live by."""
    return remind(connection, wall_ms=to_ms(now))


def duties(connection: Connection, now: datetime) -> str:
    """Daily reports that are due, and days that ended without; by the wall."""
    return look_at_duties(connection, wall_ms=to_ms(now))


def freeze_quality(connection: Connection, now: datetime) -> str:
    """Freeze the quality of data of the month that is over."""
    return freeze_due(connection, now_ms=to_ms(now))


def follow_results(connection: Connection, now: datetime) -> str:
    """Rank what became final and suggest what follows from it; end appeal windows. By the wall."""
    return follow_due(connection, now_ms=to_ms(now))


def tell_effects(connection: Connection, now: datetime) -> str:
    """Tell of goals that fall short. By the wall."""
    return tell_shortfalls(connection, now_ms=to_ms(now))


JOBS = (
    Job(name="daily_tick", due=last_midnight, run=judge_all),
    Job(name="hourly_look", due=last_hour, run=judge_all),
    Job(name="mending", due=last_ten_minutes, run=mend),
    Job(name="daily_duties", due=last_ten_minutes, run=duties),
    Job(name="quality_month", due=first_of_month, run=freeze_quality),
    Job(name="reports", due=first_at_eight, run=make_reports),
    Job(name="evaluating", due=last_ten_minutes, run=run_cycle),
    Job(name="results", due=last_midnight, run=follow_results),
    Job(name="goal_effects", due=last_midnight, run=tell_effects),
    Job(name="outlook_training", due=first_at_five, run=train_outlook),
    Job(name="outlook", due=monday_at_six, run=forecast_running),
)


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """Beats every 10 s: renew the lease, run what is due and not yet run. `ran` hears after each run."""

    engine: Engine
    holder: str
    ran: Callable[[], None]
    jobs: Sequence[Job] = JOBS
    now: Callable[[], datetime] = clock.system
    _beats: BackgroundScheduler = field(default_factory=lambda: BackgroundScheduler(timezone="UTC"))

    def start(self) -> None:
        """Begin to beat, in a thread of its own."""
        self._beats.add_job(
            self.beat,
            "interval",
            seconds=BEAT_S,
            next_run_time=self.now(),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
        self._beats.start()

    def stop(self) -> None:
        """Stop after the beat that runs now."""
        if self._beats.running:
            self._beats.shutdown(wait=True)

    def beat(self) -> None:
        """One beat; a database that is away is waited for."""
        now = self.now()
        try:
            with writing(self.engine) as connection:
                until = to_ms(now + timedelta(seconds=LEASE_S))
                held = take_lease(connection, LEASE, holder=self.holder, now_ms=to_ms(now), until_ms=until)
            if held is not None:
                for job in self.jobs:
                    self._run(job, held, now)
        except OperationalError as gone:
            log.warning("database not available for jobs: %s", gone.orig)

    def _run(self, job: Job, held: Held, now: datetime) -> None:
        scheduled_ms = to_ms(job.due(now))
        with reading(self.engine) as connection:
            if was_run(connection, job.name, scheduled_ms=scheduled_ms):
                return
        try:
            with writing(self.engine) as connection:
                mine = still_held(connection, held) and claim_run(
                    connection, job.name, scheduled_ms=scheduled_ms, held=held, now_ms=to_ms(now)
                )
                if not mine:
                    return
                outcome = job.run(connection, now)
                finish_run(connection, job.name, scheduled_ms=scheduled_ms, outcome=outcome, now_ms=to_ms(self.now()))
        except OperationalError:
            raise
        except Exception:
            FAILED.labels(job=job.name).inc()
            log.exception("job failed, it is tried again: job=%s", job.name)
            return
        SUCCEEDED.labels(job=job.name).set(now.timestamp())
        log.info("job ran: job=%s outcome=%s", job.name, outcome)
        self.ran()
