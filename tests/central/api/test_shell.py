"""What every answer has: an id, security headers, one envelope for errors; bodies are capped; pages are served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.api.shell import BODY_BYTES_MAX, HEADERS
from tests.central.api.district import Centre, served


@pytest.mark.parametrize("path", ["/api/v1/healthz", "/api/v1/district", "/api/v1/nowhere", "/nowhere"])
def test_every_answer_has_the_headers_and_an_id(centre: Centre, path: str) -> None:
    answer = centre.client().get(path)
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert len(answer.headers["x-request-id"]) == 12
    assert "server" not in answer.headers or "python" not in answer.headers["server"].lower()
    if answer.status_code >= 400:
        assert answer.json()["error"]["id"] == answer.headers["x-request-id"]


def test_no_other_host_and_no_inline_script_may_run() -> None:
    policy = HEADERS["content-security-policy"]
    assert "http" not in policy
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "absent"),
        ("GET", "/api/v1/district/", 404, "absent"),
        ("DELETE", "/api/v1/district", 405, "wrong_method"),
        ("GET", "/api/v1/projects/%00", 400, "malformed"),
        ("GET", "/api/v1/projects?street=%00", 400, "malformed"),
        ("GET", "/api/v1/projects/" + "x" * 3000, 401, "token_missing"),
    ],
)
def test_errors_have_one_shape(centre: Centre, method: str, path: str, status: int, code: str) -> None:
    answer = centre.client().request(method, path)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert set(error) == {"code", "what", "where", "expected", "id"}
    assert all(error.values())


def test_a_large_body_is_refused_before_it_is_read(centre: Centre) -> None:
    answer = centre.client().post("/api/v1/auth/login", content=bytes(BODY_BYTES_MAX + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_health_needs_no_token_and_tells_of_the_database(centre: Centre) -> None:
    answer = centre.client().get("/api/v1/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": True, "problems": [], "version": "0"},
    )


def test_what_does_not_work_beside_the_database_is_named(filled: Engine, tmp_path: Path) -> None:
    with served(filled, tmp_path / "data") as centre:
        centre.app.state.services = replace(centre.services, problems=lambda: ("broker_log",))
        answer = centre.client().get("/api/v1/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["problems"]) == (200, "degraded", ["broker_log"])


def test_health_fails_without_the_database(one_centre: Centre, tmp_path: Path) -> None:
    one_centre.engine.dispose()
    (tmp_path / "centre.db").unlink()
    (tmp_path / "centre.db").mkdir()
    answer = one_centre.client().get("/api/v1/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    failed = one_centre.client("leader").get("/api/v1/district")
    assert (failed.status_code, failed.json()["error"]["code"]) == (503, "unavailable")
    assert "sqlite" not in failed.text.lower()
    one_centre.engine.dispose()


def test_metrics_are_for_this_machine(centre: Centre) -> None:
    answer = centre.client().get("/api/v1/metrics")
    assert answer.status_code == 200
    assert "process_" in answer.text or "python_" in answer.text


@pytest.fixture
def paged(filled: Engine, tmp_path: Path) -> Iterator[Centre]:
    """A centre with a built page."""
    pages = tmp_path / "dist"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html><title>page</title>")
    (pages / "assets" / "app.1a2b.js").write_text("export {}")
    (tmp_path / "outside.txt").write_text("private")
    with served(filled, tmp_path / "data", pages=pages) as centre:
        yield centre


@pytest.mark.parametrize("path", ["/", "/projects/qp", "/warnings?level=red", "/trace/score/qp"])
def test_any_address_of_the_page_gets_the_page(paged: Centre, path: str) -> None:
    answer = paged.client().get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "<title>page" in answer.text


def test_hashed_files_are_cached_and_others_are_not(paged: Centre) -> None:
    script = paged.client().get("/assets/app.1a2b.js")
    assert (script.status_code, script.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert "javascript" in script.headers["content-type"]


@pytest.mark.parametrize(
    "path",
    ["/assets/gone.js", "/favicon.ico", "/api/v1/nowhere", "/api/nowhere", "/..%2foutside.txt", "/%2e%2e/outside.txt"],
)
def test_what_is_not_there_is_not_the_page(paged: Centre, path: str) -> None:
    answer = paged.client().get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "absent"
    assert "private" not in answer.text
