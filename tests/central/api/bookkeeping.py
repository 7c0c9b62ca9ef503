"""Who keeps the books over HTTP, and what they post, ask and take home. Plain functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from sqlmodel import Session, select

from central.store import tables
from central.store.engine import writing
from tests.central.api.district import HASHED, Centre


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


def qp_code(centre: Centre) -> str:
    """The national code that qp and ml share: it names neither."""
    code: str = centre.client("leader").get("/api/v1/projects/qp").json()["code"]
    return code


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
