"""Many who decide at the same moment: one decision holds, the others are told, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from central.domain import Text
from central.errors import CentralError, PlanRefused
from central.lifecycle.organisation import OrganisationTree, read_organisation
from central.lifecycle.programmes import Programme
from central.lifecycle.stages import SHIPPED
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store.engine import reading, writing
from central.store.load_project import load_project
from central.store.read_proposals import plan_document_of, versions_of
from central.store.save_lifecycle import put_template
from central.store.save_organised import save_organisation, save_programme
from central.store.save_pauses import ask_pause, decide_pause
from central.store.save_plan import newest_version, put_plan, save_imported
from central.store.save_proposals import approve_plan, propose_plan
from tests.central.lifecycle.test_organisation import changed as changed_organisation
from tests.central.plan.test_document2 import changed

MANY = 8


def stored(engine: Engine, finish: str) -> ImportedPlan:
    """The plan of qp with another finish, not in force yet."""
    found = read_plan_json(changed(lambda d: d["project"].update(finish=finish)))
    assert isinstance(found, ImportedPlan), found
    return found


def together(act: Callable[[int], object]) -> int:
    """How many of many who act at once get their way."""
    begin = Barrier(MANY)

    def one(number: int) -> bool:
        begin.wait()
        try:
            act(number)
        except CentralError:
            return False
        return True

    with ThreadPoolExecutor(MANY) as pool:
        return sum(pool.map(one, range(MANY)))


def count(engine: Engine, wanted: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(wanted)).scalar_one())


def test_a_revision_is_approved_once(any_store: Engine) -> None:
    save_imported(any_store, stored(any_store, "2026-08-31"), by="owner", reason="", now_ms=1)
    with writing(any_store) as connection:
        number = propose_plan(connection, stored(any_store, "2026-09-10"), by="owner", reason="late", now_ms=2)

    def approve(who: int) -> None:
        with writing(any_store) as connection:
            approve_plan(connection, "qp", number, by=f"leader{who}", remark="", now_ms=3)

    assert together(approve) == 1
    assert count(any_store, "SELECT max(version) FROM plan WHERE project = 'qp'") == 2
    assert count(any_store, "SELECT count(*) FROM audit_entry WHERE action = 'plan.approve'") == 1


def test_of_first_plans_that_come_at_once_one_is_stored_whole(any_store: Engine) -> None:
    def take_in(who: int) -> None:
        plan = stored(any_store, f"2026-09-{10 + who}")
        with writing(any_store) as connection:
            if newest_version(connection, "qp")[0]:
                raise PlanRefused("a plan is there", where="plan", expected="a revision")
            put_plan(connection, plan, by=f"owner{who}", reason="", now_ms=1)

    assert together(take_in) == 1
    with reading(any_store) as connection:
        project = load_project(connection, "qp")
        (version,) = versions_of(connection, "qp")
        document = plan_document_of(connection, "qp")
    assert project is not None
    assert document is not None
    assert project.finish == version.finish == date.fromisoformat(document["project"]["finish"])


def test_days_are_asked_for_once_and_decided_once(any_store: Engine) -> None:
    save_imported(any_store, stored(any_store, "2026-08-31"), by="owner", reason="", now_ms=1)

    def ask(who: int) -> None:
        days = {"first": date(2026, 6, 1 + who), "last": date(2026, 6, 10)}
        with writing(any_store) as connection:
            ask_pause(connection, "qp", **days, cause="weather", reason="台风", by=f"clerk{who}", now_ms=2)

    assert together(ask) == 1

    def decide(who: int) -> None:
        with writing(any_store) as connection:
            decide_pause(connection, "qp", 1, by=f"leader{who}", approve=who % 2 == 0, remark="so", now_ms=3)

    assert together(decide) == 1
    assert count(any_store, "SELECT count(*) FROM audit_entry WHERE action LIKE 'pause.%'") == 2


def test_of_revisions_proposed_at_once_one_waits(any_store: Engine) -> None:
    save_imported(any_store, stored(any_store, "2026-08-31"), by="owner", reason="", now_ms=1)

    def propose(who: int) -> None:
        plan = stored(any_store, f"2026-09-{10 + who}")
        with writing(any_store) as connection:
            propose_plan(connection, plan, by=f"clerk{who}", reason="late", now_ms=2)

    assert together(propose) == 1
    assert count(any_store, "SELECT count(*) FROM plan_proposal") == 1


def test_a_second_open_revision_has_no_room_in_the_table(any_store: Engine) -> None:
    save_imported(any_store, stored(any_store, "2026-08-31"), by="owner", reason="", now_ms=1)
    with writing(any_store) as connection:
        propose_plan(connection, stored(any_store, "2026-09-10"), by="owner", reason="late", now_ms=2)
    again = text(
        "INSERT INTO plan_proposal (project, base_version, document, sha256, reason, proposed_by, proposed_at, state,"
        " decided_by, remark) SELECT project, base_version, document, sha256, reason, proposed_by, proposed_at, :state,"
        " decided_by, remark FROM plan_proposal"
    )
    with pytest.raises(IntegrityError), writing(any_store) as connection:
        connection.execute(again, {"state": "open"})
    with writing(any_store) as connection:
        connection.execute(again, {"state": "withdrawn"})


def _a_template(connection: Connection, who: int) -> None:
    put_template(connection, replace(SHIPPED[0], stages=SHIPPED[0].stages[: 1 + who]), by="admin", now_ms=1)


def _an_organisation(connection: Connection, who: int) -> None:
    tree = read_organisation(changed_organisation(lambda units: units[-1].update(name=f"单位{who}")))
    assert isinstance(tree, OrganisationTree), tree
    save_organisation(connection, tree, by="admin", now_ms=1)


def _a_programme(connection: Connection, who: int) -> None:
    programme = Programme(id="p", name=Text(zh=f"计划{who}", en=""), projects=(), links=())
    save_programme(connection, programme, {"name": who}, by="admin", now_ms=1)


@pytest.mark.parametrize(
    ("act", "table"),
    [(_a_template, "lifecycle_template"), (_an_organisation, "organisation"), (_a_programme, "programme")],
)
def test_what_many_store_at_once_is_stored_one_after_the_other(
    any_store: Engine, act: Callable[[Connection, int], None], table: str
) -> None:
    def store(who: int) -> None:
        with writing(any_store) as connection:
            act(connection, who)

    assert together(store) == MANY
    first = 2 if table == "lifecycle_template" else 1  # version 1 is the one that is shipped
    assert count(any_store, f"SELECT min(version) FROM {table}") == first
    assert count(any_store, f"SELECT count(DISTINCT version) FROM {table}") == MANY
