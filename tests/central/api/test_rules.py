"""The rules over HTTP: their ladders, what they remember of a project, and which of them cannot judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert

from central.reassess import reassess
from central.rules.ladder import DEFAULT, LadderProfile
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_ladders import NotedSwitch
from central.store.save_ladders import save_profile, save_switch
from central.store.upsert import table_of
from tests.central.api.district import NOW, Centre
from tests.central.build import at


def test_every_ladder_is_published_with_its_lines(centre: Centre) -> None:
    answer = centre.client("leader").get("/api/v1/ladders").json()
    default, strict = answer["profiles"]
    assert (default["name"], default["version"], default["by"], default["noted_at"]) == ("default", 1, None, None)
    assert strict["name"] == "strict"
    assert [ladder["rule"] for ladder in default["ladders"]] == sorted(DEFAULT.ladders)
    gap = next(ladder for ladder in default["ladders"] if ladder["rule"] == "schedule_gap")
    assert gap["lines"] == [
        {"level": "blue", "value": 500},
        {"level": "yellow", "value": 1500},
        {"level": "red", "value": 3000},
    ]
    assert (gap["rule_name"], gap["basis"], gap["months"]) == ({"zh": "进度差", "en": "Schedule gap"}, "points", 2)


def test_what_the_rules_remember_and_who_sees_it(centre: Centre) -> None:
    answer = centre.client("owner").get("/api/v1/projects/qp/rules").json()
    assert answer["total"] == len(answer["rules"])
    late = next(r for r in answer["rules"] if r["rule"] == "time_lag" and r["subject"]["id"] == "qp-b2")
    assert late["level"] is not None
    assert late["condition"] in {"ok", "no_data"}
    assert answer["profiles"] == [{"name": "default", "version": 1, "since": None}]
    for stranger in ("street", "nobody", "public"):
        assert centre.client(stranger).get("/api/v1/projects/qp/rules").status_code == 404


def test_what_cannot_judge_comes_first_and_can_be_asked_for(own_centre: Centre) -> None:
    rows = [
        {
            "project": "qp", "rule": rule, "subject_kind": kind, "subject": subject, "up": 0, "down": 0, "months": 0,
            "condition": condition, "since_at": to_ms(at(3)), "detail": detail,
        }
        for rule, kind, subject, condition, detail in (
            ("overspend", "line", "qp/works", "no_data", "the ledger has no entry of this project"),
            ("underspend", "project", "qp", "error", "KeyError: 'from_month'"),
        )
    ]  # fmt: skip
    noted = NotedSwitch(scope="qp", name="strict", version=1, since_ms=to_ms(at(99)), reason="order 7", by="lin")
    with writing(own_centre.engine) as connection:
        table = table_of(tables.RuleState)
        connection.execute(table.delete().where(table.c.rule.in_(["overspend", "underspend"])))
        connection.execute(insert(table), rows)
        save_switch(connection, noted, wall_ms=to_ms(NOW))
    client = own_centre.client("leader")
    answer = client.get("/api/v1/projects/qp/rules?limit=2").json()
    assert answer["total"] > 2
    assert (answer["rules"][0]["rule"], answer["rules"][0]["condition"]) == ("underspend", "error")
    assert answer["profiles"][1] == {"name": "strict", "version": 1, "since": "2026-08-07T16:00:00Z"}
    failing = client.get("/api/v1/projects/qp/rules?condition=error").json()
    assert [(r["rule"], r["detail"], r["since"]) for r in failing["rules"]] == [
        ("underspend", "KeyError: 'from_month'", "2026-05-03T16:00:00Z")
    ]
    missing = client.get("/api/v1/projects/qp/rules?condition=no_data").json()["rules"]
    line = next(r for r in missing if r["rule"] == "overspend")
    assert line["subject"] == {
        "kind": "line",
        "id": "qp/works",
        "name": {"zh": "预算科目 works", "en": "budget line works"},
    }
    assert client.get("/api/v1/projects/qp/rules?limit=1&offset=1").json()["rules"] == answer["rules"][1:]


def test_what_evidence_suffices_is_for_the_ladders_in_force_to_say(own_centre: Centre) -> None:
    """The sign of a page goes by the profile that judged, not by the one that is shipped."""
    client = own_centre.client("leader")
    before = {one["id"]: one["sign"] for one in client.get("/api/v1/projects/qp").json()["buildings"]}
    wary = replace(DEFAULT.ladders["evidence"], numbers={"coverage_min_bp": 10_000, "sigma_max_bp": 1})
    house = LadderProfile(name="house", version=1, ladders={**DEFAULT.ladders, "evidence": wary})
    noted = NotedSwitch(scope="", name="house", version=1, since_ms=to_ms(NOW), reason="order 7", by="lin")
    with writing(own_centre.engine) as connection:
        save_profile(connection, house, by="lin", wall_ms=to_ms(NOW))
        save_switch(connection, noted, wall_ms=to_ms(NOW))
    reassess(own_centre.engine, "qp", NOW + timedelta(hours=1))
    after = {one["id"]: one["sign"] for one in client.get("/api/v1/projects/qp").json()["buildings"]}
    assert (before["qp-b1"], after["qp-b1"]) == ("normal", "insufficient")
    assert before["qp-b2"] == after["qp-b2"] == "red"  # heavier than thin evidence
