"""Every look at a picture is registered: who, in which role, why; what cannot be registered is not shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from central.api.uploads.develop import PhotoFolder
from central.store.engine import writing
from tests.central.api.district import GATEWAY_TOKEN, STILL, Centre
from tests.central.api.pictures import digest
from tests.central.api.test_quality import PHOTO, add_photo

VIEWS, PURPOSE = "/api/v1/evidence-views", "/api/v1/projects/qp/viewing-purpose"
STILL_URL = f"/api/v1/evidence/{digest(STILL)}"


def put_still(centre: Centre) -> None:
    """The still of qp, as its gateway puts it."""
    headers = {"Content-Type": "image/jpeg"}
    assert centre.client(token=GATEWAY_TOKEN).put(STILL_URL, content=STILL, headers=headers).status_code == 200


def put_photo(centre: Centre) -> None:
    """A photo of qp with its pictures on disk."""
    add_photo(centre)
    for variant in ("jpg", "thumb.jpg"):
        path = PhotoFolder(centre.services.settings.data_dir).path_of(PHOTO, variant)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(STILL)


def registered(centre: Centre, person: str = "audit", /, **query: str) -> list[dict[str, Any]]:
    """The register as that person reads it."""
    answer = centre.client(person).get(VIEWS, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["views"]
    return found


@pytest.mark.requirement("C31")
def test_each_view_is_registered_with_who_and_why(own_centre: Centre) -> None:
    """C31: each view is registered: who, and why. No raw image leaves the edge: `tests/edge_agent/test_no_raw`."""
    put_still(own_centre)
    put_photo(own_centre)
    leader = own_centre.client("leader")
    assert leader.get(STILL_URL).content == STILL
    said = leader.post(PURPOSE, json={"purpose": "dispute", "remark": "争议 7"})
    assert (said.status_code, said.json()["stated"]) == (201, "dispute")
    for path in (STILL_URL, f"/api/v1/photos/{PHOTO}/image", f"/api/v1/photos/{PHOTO}/thumbnail"):
        assert leader.get(path).status_code == 200
    shown = [(one["person"], one["role"], one["kind"], one["purpose"], one["stated"]) for one in registered(own_centre)]
    assert shown == [
        ("leader", "leader", "thumbnail", "dispute", True),
        ("leader", "leader", "photo", "dispute", True),
        ("leader", "leader", "still", "dispute", True),
        ("leader", "leader", "still", "progress", False),
    ]
    assert {(one["project"], one["viewed_at"][:10]) for one in registered(own_centre)} == {("qp", "2026-11-21")}
    assert [one["remark"] for one in registered(own_centre, sha256=PHOTO)] == ["争议 7"] * 2


def test_a_purpose_holds_for_its_project_and_its_time(one_centre: Centre) -> None:
    put_still(one_centre)
    owner = one_centre.client("owner")
    before = owner.get(PURPOSE).json()
    assert (before["stated"], before["usual"], before["choices"][0]["name"]["zh"]) == (None, "site_work", "核对进度")
    assert owner.post(PURPOSE, json={"purpose": "mending", "remark": ""}).status_code == 201
    one_centre.wall.at += timedelta(hours=12)
    owner = one_centre.client("owner")
    assert owner.get(PURPOSE).json()["stated"] is None
    assert owner.get(STILL_URL).status_code == 200
    assert [(one["purpose"], one["stated"]) for one in registered(one_centre)] == [("site_work", False)]


@pytest.mark.parametrize("given", [{"purpose": "other", "remark": " "}, {"purpose": "curiosity", "remark": "x"}])
def test_what_is_no_purpose(one_centre: Centre, given: dict[str, str]) -> None:
    assert one_centre.client("leader").post(PURPOSE, json=given).status_code == 422


def test_the_register_is_for_auditors_discipline_and_the_owner_of_the_site(one_centre: Centre) -> None:
    put_still(one_centre)
    assert one_centre.client("unit").get(STILL_URL).status_code == 200
    assert one_centre.client("street").get(STILL_URL).status_code == 404  # forbidden looks are no looks
    for person in ("audit", "discipline", "owner"):
        assert [one["person"] for one in registered(one_centre, person)] == ["unit"], person
    assert registered(one_centre, "owner", project="ml") == []
    assert registered(one_centre, person="leader") == []
    for person in ("leader", "admin", "unit", "builder", "public"):
        assert one_centre.client(person).get(VIEWS).status_code == 404, person


@pytest.mark.requirement("C08")
def test_the_owner_does_not_learn_that_discipline_inspection_looked(one_centre: Centre) -> None:
    put_still(one_centre)
    for person in ("discipline", "leader", "discipline"):
        assert one_centre.client(person).get(STILL_URL).status_code == 200
    assert [one["person"] for one in registered(one_centre, "audit")] == ["discipline", "leader", "discipline"]
    assert [one["person"] for one in registered(one_centre, "discipline")] == ["discipline", "leader", "discipline"]
    assert [one["person"] for one in registered(one_centre, "owner")] == ["leader"]
    assert registered(one_centre, "owner", person="discipline") == []
    paged = one_centre.client("owner").get(VIEWS, params={"limit": 1}).json()
    assert ([one["person"] for one in paged["views"]], paged["next"]) == (["leader"], None)


def test_the_register_is_paged(one_centre: Centre) -> None:
    put_still(one_centre)
    for _ in range(3):
        assert one_centre.client("leader").get(STILL_URL).status_code == 200
    first = one_centre.client("audit").get(VIEWS, params={"limit": 2}).json()
    rest = one_centre.client("audit").get(VIEWS, params={"limit": 2, "before": first["next"]}).json()
    assert (len(first["views"]), len(rest["views"]), rest["next"]) == (2, 1, None)


def test_what_cannot_be_registered_is_not_shown(one_centre: Centre) -> None:
    put_still(one_centre)
    with writing(one_centre.engine) as connection:
        connection.execute(text("ALTER TABLE evidence_view RENAME TO elsewhere"))
    answer = one_centre.client("leader").get(STILL_URL)
    assert answer.status_code == 500
    assert STILL not in answer.content
