"""Clauses, fences, daily reports and disputes through the API, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from central.reassess import reassess
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from tests.central.api.district import Centre
from tests.central.build import START, at
from tests.central.quality.test_clauses import PHOTOS, TOPPED, a_document
from tests.central.quality.test_fence import LAT, LON, M, a_square

REPORTS = "/api/v1/projects/qp/daily-reports"
DAY = 35  # of the project; the cameras saw qp-b1 at about the plan
PHOTO = "b" * 64


def a_report(day: float = DAY, /, **changed: Any) -> dict[str, Any]:
    """A report of a day of the project."""
    plain = {
        "schema": "siteprogress.daily/1",
        "project": "qp",
        "day": str(START + timedelta(days=int(day))),
        "note": "砌筑三层",
        "stage": "",
        "photos": [],
        "claims": [],
    }
    return plain | changed


def a_claim(item: str = "qp-b1-structure", value_bp: int = 9700) -> dict[str, Any]:
    """A claim of an item."""
    return {"item": item, "value_bp": value_bp}


def to_day(centre: Centre, day: float) -> None:
    """Set the wall clock to a (fractional) day of the project."""
    centre.wall.at = at(day)


def add_person(centre: Centre, name: str, *roles: str) -> None:
    """A person with these roles at project qp."""
    with writing(centre.engine) as connection, Session(connection) as session:
        person = tables.User(username=name, name=name, password_hash="-", created_at=0)
        session.add(person)
        session.flush()
        assert person.id is not None
        for role in roles:
            session.add(tables.Grant(user=person.id, role=role, scope_kind="project", scope="qp"))
        session.flush()


def add_photo(centre: Centre, *, day: float = DAY + 0.4, north_m: float = 0, sha256: str = PHOTO) -> None:
    """A photo that was uploaded for qp, with what its file says."""
    with writing(centre.engine) as connection, Session(connection) as session:
        session.add(
            tables.Photo(
                sha256=sha256, format="jpeg", size_bytes=1, width_px=1, height_px=1, shown_bytes=1, received_at=0,
                exif_at=to_ms(at(day)), exif_zone_known=True, exif_lat_e7=round((LAT + north_m * M) * 1e7),
                exif_lon_e7=round(LON * 1e7),
            )
        )  # fmt: skip
        session.flush()
        session.add(
            tables.PhotoClaim(
                sha256=sha256, person="builder", project="qp", building="", item="", filename="1.jpg", note="",
                received_at=0, flags="",
            )
        )  # fmt: skip
        session.flush()


def observed(centre: Centre, item: str = "qp-b1-structure") -> list[tuple[str, str, int, str]]:
    """People's observations of an item."""
    wanted = text(
        "SELECT kind, source, value_bp, refs FROM observation WHERE item = :item AND kind <> 'camera' ORDER BY seq"
    )
    with reading(centre.engine) as connection:
        return [tuple(row) for row in connection.execute(wanted, {"item": item})]


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        (("contractor",), "self_report"),
        (("project_owner",), "self_report"),
        (("supervisor",), "supervisor"),
        (("inspector",), "inspector"),
        (("third_party",), "inspector"),
        (("inspector", "contractor"), "self_report"),  # who builds is nobody's inspector
        (("supervisor", "project_owner"), "self_report"),
    ],
)
def test_who_claims_decides_as_what_it_counts(one_centre: Centre, roles: tuple[str, ...], kind: str) -> None:
    to_day(one_centre, DAY + 0.5)
    add_person(one_centre, "somebody", *roles)
    answer = one_centre.client("somebody").post(REPORTS, json=a_report(claims=[a_claim()]))
    assert answer.status_code == 201, answer.text
    assert answer.json()["kind"] == kind
    number = answer.json()["id"]
    assert observed(one_centre) == [(kind, "somebody", 9700, f"report/{number}")]


def test_a_claim_is_judged_and_the_same_again_is_the_same(own_centre: Centre) -> None:
    to_day(own_centre, DAY + 0.5)
    builder = own_centre.client("builder")
    first = builder.post(REPORTS, json=a_report(claims=[a_claim("qp-b2-structure", 9500)]))
    again = builder.post(REPORTS, json=a_report(claims=[a_claim("qp-b2-structure", 9500)]))
    assert first.json() == again.json()
    judged = reassess(own_centre.engine, "qp", at(DAY + 0.9))
    assert judged is not None
    assert judged.assessment.as_of >= at(DAY + 0.5)
    assert [row[2] for row in observed(own_centre, "qp-b2-structure")] == [9500]
    page = builder.get(REPORTS).json()
    assert [report["id"] for report in page["reports"]] == [first.json()["id"]]
    assert page["next"] is None


@pytest.mark.requirement("E31")
def test_a_value_far_from_the_cameras_is_disputed_and_settled_by_another(own_centre: Centre) -> None:
    """E31: automatic against human over tolerance opens a dispute; the published value stays weighted by evidence."""
    to_day(own_centre, DAY + 0.5)
    add_person(own_centre, "watcher", "supervisor")
    with reading(own_centre.engine) as connection:
        seen = connection.execute(
            text("SELECT value_bp FROM observation WHERE item = 'qp-b2-structure' ORDER BY observed_at DESC LIMIT 1")
        ).scalar_one()
    builder, watcher = own_centre.client("builder"), own_centre.client("watcher")
    near = builder.post(REPORTS, json=a_report(claims=[a_claim("qp-b2-structure", seen + 500)])).json()
    assert near["claims"][0] == {
        "item": "qp-b2-structure", "value_bp": seen + 500, "auto_bp": seen, "disputed": False, "fell": False,
    }  # fmt: skip
    far = watcher.post(REPORTS, json=a_report(claims=[a_claim("qp-b2-structure", seen + 501)])).json()
    assert far["claims"][0]["disputed"]
    found = watcher.get("/api/v1/projects/qp/disputes").json()["disputes"]
    assert [(one["report"], one["auto_bp"], one["human_bp"], one["state"]) for one in found] == [
        (far["id"], seen, seen + 501, "open")
    ]
    assert found[0]["published_bp"] not in (None, seen + 501)
    assert watcher.get("/api/v1/projects/qp").json()["disputed"] == ["qp-b2-structure"]
    settle = f"/api/v1/projects/qp/disputes/{found[0]['id']}/settlement"
    verdict = {"outcome": "for_camera", "remark": "looked on the spot"}
    own = watcher.post(settle, json=verdict)
    assert (own.status_code, own.json()["error"]["expected"]) == (422, "somebody other than the claimant")
    assert builder.post(settle, json=verdict).status_code == 404
    add_person(own_centre, "second", "inspector")
    settled = own_centre.client("second").post(settle, json=verdict)
    assert settled.json()["disputes"][0]["state"] == "for_camera"
    assert own_centre.client("second").post(settle, json=verdict).status_code == 422
    assert watcher.get("/api/v1/projects/qp/checks").json()["open_disputes"] == 0
    assert watcher.get("/api/v1/projects/qp").json()["disputed"] == []


@pytest.mark.requirement("D24")
def test_a_late_milestone_cites_its_clause(own_centre: Centre) -> None:
    """D24: note 主体封顶 on 05-20 against 05-10 is ten days late, clause cited."""
    owner, builder = own_centre.client("owner"), own_centre.client("builder")
    empty = owner.get("/api/v1/projects/qp/clauses").json()
    assert (empty["version"], empty["clauses"]) == (0, [])
    assert owner.put("/api/v1/projects/qp/clauses", json=a_document(TOPPED)).json()["version"] == 1
    own_centre.wall.at = datetime(2026, 5, 20, 8, tzinfo=UTC)
    assert builder.post(REPORTS, json=a_report(19, note="主体封顶")).status_code == 201
    checks = builder.get("/api/v1/projects/qp/checks?as_of=2026-06-01").json()
    assert [(one["code"], one["clause"], one["days"]) for one in checks["findings"]] == [("late", "5.2", 10)]
    assert "逾期10天" in checks["findings"][0]["text"]["zh"]
    assert owner.put("/api/v1/projects/qp/clauses", json=a_document()).json()["version"] == 2
    assert builder.get("/api/v1/projects/qp/checks?as_of=2026-06-01").json()["findings"] == []


@pytest.mark.requirement("D24")
def test_photos_outside_the_fence_are_no_evidence(own_centre: Centre) -> None:
    """D24: a photo taken elsewhere, or on another day, is rejected as evidence; an inspector's claim falls with it."""
    owner = own_centre.client("owner")
    fence = {"datum": "wgs84", "geometry": a_square()}
    assert owner.put("/api/v1/projects/qp/fence", json=fence).json()["geometry"] == a_square()
    assert owner.put("/api/v1/projects/qp/clauses", json=a_document(PHOTOS)).status_code == 200
    to_day(own_centre, DAY + 0.5)
    add_person(own_centre, "looker", "inspector")
    looker = own_centre.client("looker")
    add_photo(own_centre, north_m=600)
    add_photo(own_centre, day=DAY - 3, sha256="c" * 64)
    add_photo(own_centre, sha256="d" * 64)
    far = looker.post(REPORTS, json=a_report(photos=[PHOTO, "c" * 64], claims=[a_claim()])).json()
    assert [(one["accepted"], [why["code"] for why in one["reasons"]]) for one in far["photos"]] == [
        (False, ["outside_fence"]), (False, ["other_day"]),
    ]  # fmt: skip
    assert not far["counted"]
    bare = looker.post(REPORTS, json=a_report(claims=[a_claim()])).json()
    assert not bare["counted"]  # the contract asks for photos
    assert observed(own_centre) == []
    good = looker.post(REPORTS, json=a_report(photos=["d" * 64], claims=[a_claim()])).json()
    assert good["counted"]
    assert [row[0] for row in observed(own_centre)] == ["inspector"]


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"claims": [a_claim("elsewhere")]}, "claims.item"),
        ({"claims": [a_claim(), a_claim()]}, "claims.0.item"),
        ({"project": "ml"}, "project"),
        ({"photos": ["e" * 64]}, "photos"),
        ({"day": str(START + timedelta(days=DAY + 1))}, "day"),
        ({"day": str(START + timedelta(days=DAY - 32))}, "day"),
        ({"note": " "}, "note"),
    ],
)
def test_what_is_no_report(one_centre: Centre, changed: dict[str, Any], where: str) -> None:
    to_day(one_centre, DAY + 0.5)
    answer = one_centre.client("builder").post(REPORTS, json=a_report(**changed))
    assert answer.status_code == 422
    assert answer.json()["error"]["where"] == where
    assert observed(one_centre) == []


def test_who_may_not_report_sees_no_such_address(one_centre: Centre) -> None:
    to_day(one_centre, DAY + 0.5)
    for person in ("audit", "public", "street", "admin"):
        assert one_centre.client(person).post(REPORTS, json=a_report()).status_code == 404, person
    assert one_centre.client("builder").put("/api/v1/projects/qp/clauses", json=a_document()).status_code == 404


def test_a_correction_of_a_past_day_replaces_what_was_said_of_it(one_centre: Centre) -> None:
    to_day(one_centre, DAY + 0.5)
    builder = one_centre.client("builder")
    for value in (9000, 8000):
        late = a_report(DAY - 2, note=str(value), claims=[a_claim(value_bp=value)])
        assert not builder.post(REPORTS, json=late).json()["in_time"]
    assert [row[2] for row in observed(one_centre)] == [8000]
    fallen = builder.post(REPORTS, json=a_report(claims=[a_claim(value_bp=7000)])).json()
    assert fallen["claims"][0]["fell"]
