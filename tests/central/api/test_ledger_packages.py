"""The ledger taken home: packages that verify offline, and what was lost or changed shows."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import Session, select

from central.money.verifier import BrokenPackageError, verify
from central.store import tables
from central.store.engine import reading, writing
from central.store.verify_ledger import verify_ledger
from tests.central.api.bookkeeping import an_entry, exported, fill, finance, posted
from tests.central.api.district import Centre


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
