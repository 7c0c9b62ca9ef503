"""Money over HTTP: who may, what becomes of entries and files, the audit query, work beside money."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from central.api.sent_files import XLSX_TYPE
from central.money.verifier import BrokenPackageError, verify
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import DISTRICT_ZONE, to_ms
from central.store.verify_ledger import verify_ledger
from tests.central.api.district import HASHED, Centre
from tests.central.money.build import a_row, a_workbook

CONTRACT_FEN = 800_000_000


def person(centre: Centre, username: str, role: str, kind: str = "district", scope: str = "") -> httpx.Client:
    """A client of somebody who is added when not there yet."""
    with writing(centre.engine) as connection, Session(connection) as session:
        if session.exec(select(tables.User).where(tables.User.username == username)).first() is None:
            user = tables.User(username=username, name=username, password_hash=HASHED, created_at=0)
            session.add(user)
            session.flush()
            assert user.id is not None
            session.add(tables.Grant(user=user.id, role=role, scope_kind=kind, scope=scope))
            session.flush()
    return centre.client(username)


def finance(centre: Centre) -> httpx.Client:
    """Finance of the district."""
    return person(centre, "finance", "finance")


def an_entry(voucher: str = "v1", amount_fen: int = 100, **more: Any) -> dict[str, Any]:
    """A payment of qp."""
    return {
        "voucher": voucher,
        "project": "qp",
        "kind": "pay",
        "day": "2026-05-10",
        "amount_fen": amount_fen,
        **more,
    }


def posted(client: httpx.Client, *entries: dict[str, Any]) -> dict[str, Any]:
    """What became of entries."""
    answer = client.post("/api/v1/ledger/entries", json={"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def asked(client: httpx.Client, **query: Any) -> dict[str, Any]:
    """The ledger of 2026."""
    answer = client.get("/api/v1/ledger", params={"from": "2026-01-01", "to": "2026-12-31", **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.requirement("A13")
def test_a_voucher_is_one_entry_and_another_amount_a_recorded_conflict(own_centre: Centre) -> None:
    client = finance(own_centre)
    first = posted(client, an_entry(payee="甲"))
    assert (first["posted"], first["entries"][0]["nth"]) == (1, 1)
    again = posted(client, an_entry(payee="甲", source="erp"), an_entry(payee="甲", amount_fen=101))
    assert [one["outcome"] for one in again["entries"]] == ["known", "conflict"]
    assert again["entries"][1]["differs"] == ["amount_fen"]
    assert [entry["amount_fen"] for entry in asked(client)["entries"]] == [100]
    (conflict,) = client.get("/api/v1/ledger/conflicts").json()["conflicts"]
    assert (conflict["voucher"], conflict["given"]["amount_fen"], conflict["given_by"]) == ("v1", 101, "finance")


def test_each_entry_stands_by_itself(own_centre: Centre) -> None:
    code = qp_code(own_centre)
    found = posted(
        finance(own_centre),
        an_entry("v1", project="nowhere"),
        an_entry("v2", 0),
        an_entry("v3", project="ml"),
        an_entry("v4", -5, reverses="v3"),
        an_entry("v5", wage_fen=101),
        an_entry("v6", project=code),
        an_entry("v\0"),
        an_entry("v7", project="q\0p"),
    )
    refusals = [(one["refusal"] or {}).get("where") for one in found["entries"]]
    assert refusals == ["project", "amount_fen", None, "reverses", "wage_fen", "project", "voucher", "project"]
    assert found["entries"][0]["refusal"]["expected"]["zh"]
    assert (found["posted"], found["refused"]) == (1, 7)


def qp_code(centre: Centre) -> str:
    """The national code that qp and ml share: it names neither."""
    code: str = centre.client("leader").get("/api/v1/projects/qp").json()["code"]
    return code


@pytest.mark.parametrize("who", ["admin", "leader", "owner", "audit", "discipline", "street", "builder", "public"])
def test_only_finance_posts_and_locks(centre: Centre, who: str) -> None:
    client = centre.client(who)
    refused = 403 if who == "discipline" else 404  # who reads everything is told that it is all
    for path, body in (
        ("/ledger/entries", {"entries": [an_entry()]}),
        ("/ledger/import", {}),
        ("/ledger/locks", {"month": "2026-01"}),
    ):
        assert client.post(f"/api/v1{path}", json=body).status_code == refused, path
    assert client.put("/api/v1/projects/qp/payment-terms", json={}).status_code == refused
    reads = who in ("leader", "owner", "audit", "discipline")
    for path in ("/projects/qp/money", "/projects/qp/disbursement", "/ledger/locks", "/ledger/template"):
        assert client.get(f"/api/v1{path}").status_code == (200 if reads else 404), path


def test_scope_bounds_what_is_posted_and_read(own_centre: Centre) -> None:
    both = finance(own_centre)
    posted(both, an_entry("q", 5), an_entry("m", 7, project="ml"))
    mine = person(own_centre, "schools", "finance", "unit", "区教育局")
    assert [one["outcome"] for one in posted(mine, an_entry("q2"), an_entry("m2", 1, project="ml"))["entries"]] == [
        "refused",
        "posted",
    ]
    assert asked(mine)["closing"]["pay_fen"] == 8
    assert asked(both)["closing"]["pay_fen"] == 13
    assert [one["name"] for one in asked(mine)["projects"]] == ["ml"]
    query = {"from": "2026-01-01", "to": "2026-12-31", "project": "qp"}
    for path in ("ledger", "ledger/export", "ledger/suspicions", "ledger/conflicts"):
        assert mine.get(f"/api/v1/{path}", params=query).status_code == 404, path
    assert mine.get("/api/v1/projects/qp/money").status_code == 404
    assert mine.post("/api/v1/ledger/locks", json={"month": "2026-01"}).status_code == 404


@pytest.mark.requirement("A42")
def test_opening_and_period_are_closing_and_pages_go_on(own_centre: Centre) -> None:
    client = finance(own_centre)
    days = ["2025-12-31", "2026-01-01", "2026-03-03", "2026-12-31", "2027-01-01"]
    posted(client, *(an_entry(f"r{n}", 10**n, kind="release", day=day) for n, day in enumerate(days)))
    posted(client, *(an_entry(f"v{n}", 2, day="2026-05-01", line="建安", payee="甲") for n in range(5)))
    found = asked(client, limit=3)
    assert (found["opening"]["balance_fen"], found["closing"]["balance_fen"]) == (1, 1 + 1110 - 10)
    assert (found["period"]["release_fen"], found["period"]["pay_fen"], found["period"]["entries"]) == (1110, 10, 8)
    assert [(one["name"], one["pay_fen"]) for one in found["lines"]] == [("建安", 10), ("", 0)]
    assert [one["name"] for one in found["payees"]] == ["甲"]
    assert found["proof"]["heads"][0]["nth"] == 10
    entries = list(found["entries"])
    while found["after"]:
        found = asked(client, limit=3, after=found["after"])
        entries += found["entries"]
    assert len({entry["voucher"] for entry in entries}) == 8
    wrong = client.get("/api/v1/ledger", params={"from": "2026-02-01", "to": "2026-01-31"})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "query.to")
    wrong = client.get("/api/v1/ledger", params={"from": "2026-02-01", "to": "2026-03-31", "after": "x/1/y"})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "query.after")


@pytest.mark.requirement("D11")
def test_a_closed_month_takes_nothing(own_centre: Centre) -> None:
    client = finance(own_centre)
    assert client.get("/api/v1/ledger/locks").json() == {"closed_through": None}
    early = client.post("/api/v1/ledger/locks", json={"month": "2026-11"})  # the wall says 2026-11-21
    assert (early.status_code, early.json()["error"]["where"]) == (422, "body.month")
    for _ in range(2):
        assert client.post("/api/v1/ledger/locks", json={"month": "2026-05"}).json() == {"closed_through": "2026-05-31"}
    found = posted(client, an_entry("a", day="2026-05-31"), an_entry("b", day="2026-06-01"))
    assert [one["outcome"] for one in found["entries"]] == ["refused", "posted"]
    assert "已结账" in found["entries"][0]["refusal"]["what"]["zh"]


def sent(client: httpx.Client, content: bytes, kind: str = XLSX_TYPE) -> httpx.Response:
    """POST a file."""
    return client.post("/api/v1/ledger/import", content=content, headers={"Content-Type": kind})


def test_wrong_rows_are_kept_aside_and_the_rest_load(own_centre: Centre) -> None:
    client = finance(own_centre)
    rows = [
        a_row("v1", 1, project="qp"),
        a_row("v2", "=1+1", project="qp"),
        a_row("v1", 2, project="qp"),
        a_row("v3", 3, project="nowhere"),
        a_row("v4", 4, project="ml", kind="下达"),
        a_row("v1", 1, project="qp"),
    ]
    content = a_workbook(rows).getvalue()
    answer = sent(client, content)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [found[name] for name in ("posted", "known", "conflicts", "refused")] == [2, 1, 1, 2]
    assert [(row["row"], row["column"]) for row in found["refused_rows"]] == [(3, "金额(元)"), (5, "project")]
    again = client.post("/api/v1/ledger/import", files={"file": ("资金.xlsx", content, "application/octet-stream")})
    assert [again.json()[name] for name in ("posted", "known", "conflicts", "refused")] == [0, 3, 1, 2]
    kept = client.get(f"/api/v1/ledger/imports/{found['import_id']}", params={"limit": 1}).json()
    assert (kept["refused"], kept["imported_by"], kept["after"]) == (2, "finance", 3)
    assert kept["refused_rows"][0]["refusal"]["code"] == "formula"
    rest = client.get(f"/api/v1/ledger/imports/{found['import_id']}", params={"after": 3}).json()
    assert [row["row"] for row in rest["refused_rows"]] == [5]
    other = person(own_centre, "schools", "finance", "unit", "区教育局")
    assert other.get(f"/api/v1/ledger/imports/{found['import_id']}").status_code == 404
    assert len(client.get("/api/v1/ledger/conflicts").json()["conflicts"]) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"no workbook", XLSX_TYPE, 422),
        (a_workbook([], header=["a", "b"]).getvalue(), XLSX_TYPE, 422),
        (b"a,b", "text/csv", 415),
        (b"{}", "application/json", 415),
    ],
)
def test_a_file_that_is_no_ledger_leaves_nothing(one_centre: Centre, content: bytes, kind: str, status: int) -> None:
    assert sent(finance(one_centre), content, kind).status_code == status
    with Session(one_centre.engine) as session:
        assert session.exec(select(tables.FundImport)).all() == []


def test_the_template_is_a_sheet_that_loads(one_centre: Centre) -> None:
    client = finance(one_centre)
    found = client.get("/api/v1/ledger/template")
    assert found.headers["content-type"] == XLSX_TYPE
    assert sent(client, found.content).json()["posted"] == 0


def test_work_and_money_stand_side_by_side(own_centre: Centre) -> None:
    client = finance(own_centre)
    project = client.get("/api/v1/projects/qp").json()
    posted(
        client,
        an_entry("b", 600_000_000, kind="budget", day="2026-04-01", line="建安"),
        an_entry("r", 500_000_000, kind="release", day="2026-05-01"),
        an_entry("p", 400_000_000, line="建安", wage_fen=1000, day="2026-06-01"),
        an_entry("later", 9, day="2027-01-01"),
    )
    found = client.get("/api/v1/projects/qp/money").json()
    assert (found["as_of"], found["actual_bp"], found["plan_bp"]) == tuple(
        project[name] for name in ("as_of", "actual_bp", "plan_bp")
    )
    assert (found["budget_fen"], found["released_fen"], found["paid_fen"], found["balance_fen"]) == (
        600_000_000,
        500_000_000,
        400_000_000,
        100_000_000,
    )
    assert (found["paid_of_budget_bp"], found["paid_of_contract_bp"]) == (6666, 5000)
    assert found["pay_gap_bp"] == 5000 - project["actual_bp"]
    earned, bac = found["earned"], found["contract_fen"]
    assert (earned["bac_fen"], earned["ac_fen"]) == (bac, 400_000_000)
    assert (earned["ev_fen"], earned["pv_fen"]) == tuple(
        bac * project[name] // 10_000 for name in ("actual_bp", "plan_bp")
    )
    assert earned["cpi_bp"] == round(10_000 * earned["ev_fen"] / 400_000_000)
    assert earned["spi_bp"] == round(10_000 * earned["ev_fen"] / earned["pv_fen"])
    assert earned["eac_atypical_fen"] == 400_000_000 + bac - earned["ev_fen"]
    assert abs(earned["eac_typical_fen"] - bac * 10_000 / earned["cpi_bp"]) < bac / 1000
    assert found["lines"][0] == {"line": "建安", "budget_fen": 600_000_000, "paid_fen": 400_000_000, "paid_bp": 6666}
    assert found["months"] == [{"month": "2026-06-01", "paid_fen": 400_000_000}]
    unseen = client.get("/api/v1/projects/ml/money").json()
    assert (unseen["actual_bp"], unseen["pay_gap_bp"], unseen["paid_of_contract_bp"]) == (None, None, 0)
    assert unseen["earned"] is None


@pytest.mark.requirement("C17")
def test_advice_is_bound_by_what_was_verified(own_centre: Centre) -> None:
    client = finance(own_centre)
    project = client.get("/api/v1/projects/qp").json()
    verified_bp = max(0, project["actual_bp"] - project["sigma_bp"])
    found = client.get("/api/v1/projects/qp/disbursement", params={"accepted_on": "2026-06-01"}).json()
    assert (found["verified_bp"], found["terms"]["version"]) == (verified_bp, 0)
    assert found["cap_fen"] == found["release_up_to_fen"] == CONTRACT_FEN * verified_bp * 8000 // 10_000**2
    assert (found["due_on"], found["due_at_the_latest"]) == ("2026-07-01", "2026-07-01")
    terms = {"rate_bp": 9000, "wage_month_fen": 50_000, "due_days": 60}
    saved = client.put("/api/v1/projects/qp/payment-terms", json=terms)
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    assert client.put("/api/v1/projects/qp/payment-terms", json=terms).json()["version"] == 1
    posted(client, an_entry("p", CONTRACT_FEN, wage_fen=20_000, day="2026-06-05"))
    held = client.get("/api/v1/projects/qp/disbursement").json()
    assert (held["release_up_to_fen"], held["wage_due_fen"]) == (0, 30_000)
    assert held["ahead_fen"] == CONTRACT_FEN - CONTRACT_FEN * verified_bp * 9000 // 10_000**2
    assert client.put("/api/v1/projects/qp/payment-terms", json={"rate_bp": 7999}).status_code == 422
    unseen = client.get("/api/v1/projects/ml/disbursement").json()
    assert (unseen["verified_bp"], unseen["cap_fen"]) == (0, 0)


@pytest.mark.requirement("D04", "D13")
def test_suspicions_are_listed(own_centre: Centre) -> None:
    client = finance(own_centre)
    posted(
        client,
        an_entry("r", 10, kind="release", day="2026-01-01"),
        an_entry("a", 500, payee="甲", contract="c"),
        an_entry("b", 500, payee="甲", contract="c", day="2026-05-12"),
        an_entry("c", 500, payee="甲", contract="c", day="2026-05-20"),
        an_entry("d", 7, payee="乙"),
        an_entry("e", 8, payee="丙"),
        an_entry("f", -8, payee="丙", reverses="e"),
        an_entry("s", 100, kind="release", project="ml", day="2026-01-01"),
    )
    found = client.get("/api/v1/ledger/suspicions", params={"from": "2026-01-01", "to": "2026-12-31"}).json()
    told = [(one["kind"], one["projects"], one["vouchers"]) for one in found["suspicions"]]
    assert told == [
        ("paid_twice", ["qp"], ["a", "b"]),
        ("idle", ["ml"], []),
        ("over_release", ["qp"], []),
        ("unmatched", ["qp"], ["d"]),
    ]
    assert found["more"] is False


def exported(client: httpx.Client, folder: Path, **query: str) -> Path:
    """A package of the spring of 2026, on disk."""
    answer = client.get("/api/v1/ledger/export", params={"from": "2026-03-01", "to": "2026-05-31", **query})
    assert answer.status_code == 200, answer.text
    (folder / "package.zip").write_bytes(answer.content)
    return folder / "package.zip"


def fill(client: httpx.Client) -> None:
    """Entries whose days go back and forth, one of them outside of the period between two inside."""
    days = ["2026-02-01", "2026-03-01", "2026-06-01", "2026-05-31", "2026-04-04"]
    posted(
        client,
        *(an_entry(f"r{n}", 1000, kind="release", day=day, payee="=1+1") for n, day in enumerate(days)),
        *(an_entry(f"v{n}", 10 + n, day=day, note='\'甲,"乙""') for n, day in enumerate(days)),
    )


@pytest.mark.requirement("A42")
def test_an_export_verifies_offline_and_any_change_shows(own_centre: Centre, tmp_path: Path) -> None:
    client = finance(own_centre)
    fill(client)
    package = exported(client, tmp_path)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "p")
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "p" / "verify.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "holds" in done.stdout
    found = verify(package)
    assert (found["entries"], found["closing_balance_fen"]) == (6, 4000 - 10 - 11 - 13 - 14)
    with Session(own_centre.engine) as session:
        told = session.exec(select(tables.AuditEntry).where(tables.AuditEntry.action == "ledger.export")).one()
    assert found["package"] in told.detail_json
    assert b"'=1+1" in (tmp_path / "p" / "ledger.csv").read_bytes()
    for name in ("entries.jsonl", "links.csv", "ledger.csv", "statement.json", "ledger.xlsx"):
        assert verify(tmp_path / "p") == found
        whole = (tmp_path / "p" / name).read_bytes()
        (tmp_path / "p" / name).write_bytes(whole.replace(b"1", b"2", 1))
        with pytest.raises(BrokenPackageError, match=name):
            verify(tmp_path / "p")
        (tmp_path / "p" / name).write_bytes(whole)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("entries.jsonl", b'"amount_fen":1000', b'"amount_fen":1001', "is not what its link says"),
        ("ledger.csv", b",1000,", b",1001,", "in ledger.csv"),
        ("statement.json", b'"entries":6', b'"entries":7', "entries: 7: recomputed 6"),
        ("statement.json", b'"pay_fen":38', b'"pay_fen":39', "recomputed 38"),
    ],
)
def test_a_package_that_was_made_to_fit_is_found_out(
    one_centre: Centre, tmp_path: Path, name: str, old: bytes, new: bytes, words: str
) -> None:
    fill(finance(one_centre))
    with zipfile.ZipFile(exported(finance(one_centre), tmp_path)) as archive:
        archive.extractall(tmp_path / "p")
    changed = (tmp_path / "p" / name).read_bytes().replace(old, new)
    (tmp_path / "p" / name).write_bytes(changed)
    manifest = json.loads((tmp_path / "p" / "manifest.json").read_bytes())
    manifest["sha256"][name] = hashlib.sha256(changed).hexdigest()
    (tmp_path / "p" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BrokenPackageError, match=words):
        verify(tmp_path / "p")


def test_a_package_of_one_project_and_kind(one_centre: Centre, tmp_path: Path) -> None:
    client = finance(one_centre)
    fill(client)
    found = verify(exported(client, tmp_path, project="qp", kind="pay"))
    assert (found["entries"], found["chains"]) == (3, 1)
    with zipfile.ZipFile(BytesIO((tmp_path / "package.zip").read_bytes())) as archive:
        assert b"r1" not in archive.read("entries.jsonl")
    empty = verify(exported(client, tmp_path, project="ml"))
    assert (empty["entries"], empty["chains"]) == (0, 0)


def test_the_ledger_verifies_and_what_was_lost_shows(own_centre: Centre) -> None:
    client = finance(own_centre)
    fill(client)
    posted(client, an_entry("m", 5, project="ml", day=str(date(2026, 1, 1))))
    with reading(own_centre.engine) as connection:
        whole = verify_ledger(connection)
    assert (whole.projects, whole.entries, whole.faults) == (2, 11, ())
    with writing(own_centre.engine) as connection:
        connection.exec_driver_sql("UPDATE fund_month SET amount_fen = amount_fen + 1 WHERE project = 'qp'")
        connection.exec_driver_sql("UPDATE fund_account SET paid_fen = paid_fen + 1 WHERE project = 'ml'")
    with reading(own_centre.engine) as connection:
        faults = verify_ledger(connection).faults
    assert [(fault.project, fault.nth, "month" in fault.what) for fault in faults] == [
        ("ml", None, False),
        ("qp", None, True),
    ]


@pytest.mark.requirement("D09")
def test_one_query_joins_work_money_and_papers_of_a_day(own_centre: Centre) -> None:
    client = finance(own_centre)
    posted(client, an_entry("v1", contract="c-7", day="2026-05-10"), an_entry("v2", day="2026-05-11"))
    midnight = to_ms(datetime(2026, 5, 10, tzinfo=DISTRICT_ZONE))
    claim: dict[str, Any] = {
        "person": "insp",
        "project": "qp",
        "building": "qp-b1",
        "item": "",
        "filename": "",
        "note": "封顶",
    }
    photo: dict[str, Any] = {
        "format": "jpeg",
        "size_bytes": 1,
        "width_px": 1,
        "height_px": 1,
        "shown_bytes": 1,
        "received_at": 1,
    }
    with writing(own_centre.engine) as connection, Session(connection) as session:
        for number, at_ms in enumerate((midnight - 1, midnight, midnight + 86_400_000)):
            session.add(tables.Photo(sha256=str(number) * 64, **photo))
            session.flush()
            session.add(tables.PhotoClaim(sha256=str(number) * 64, taken_at=at_ms, received_at=9, flags="", **claim))
        session.flush()
    found = client.get("/api/v1/projects/qp/days/2026-05-10").json()
    assert found["code"] == qp_code(own_centre)
    assert [(one["voucher"], one["contract"]) for one in found["entries"]] == [("v1", "c-7")]
    assert [one["sha256"][0] for one in found["shown"]] == ["1"]
    assert {one["kind"] for one in found["seen"]} == {"camera"}
    assert all(one["at"].startswith(("2026-05-09T", "2026-05-10T")) and one["refs"] for one in found["seen"])
    assert found["more"] == []
    assert client.get("/api/v1/projects/qp/days/1999-01-01").status_code == 422
    assert own_centre.client("street").get("/api/v1/projects/qp/days/2026-05-10").status_code == 404
