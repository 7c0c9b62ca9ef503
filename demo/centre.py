"""What the demo asks of the centre, through the same API that everybody uses."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from demo.errors import DemoError
from demo.papers import Paper
from demo.verdict import Raised, Scored

API = "/api/v1"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Not used over http; without it each client reads all root certificates, which is most of what a question costs."""


class Centre:
    """A logged-in client; a token that has run out is renewed once."""

    def __init__(self, client: httpx.Client, *, username: str, password: str) -> None:
        self._client = client
        self._login = {"username": username, "password": password}
        self._token = ""

    def get(self, path: str, **params: str) -> Any:
        """The JSON answer of a GET under /api/v1; DemoError with the centre's own words otherwise."""
        answer = self._get(path, params)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = self._new_token()
            answer = self._get(path, params)
        if answer.is_error:
            raise DemoError(f"GET {API}{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def import_plan(self, path: Path) -> None:
        """Take in a plan file; DemoError with the centre's reasons when it is refused."""
        headers = {"Authorization": f"Bearer {self._token or self._new_token()}", "Content-Type": "application/json"}
        answer = self._client.post(f"{API}/projects/import", content=path.read_bytes(), headers=headers)
        if answer.is_error:
            raise DemoError(f"{path} was refused: {answer.status_code} {answer.text[:2000]}")

    def hand_in(self, paper: Paper) -> None:
        """Do what a paper says; DemoError with the centre's words when it is refused, in whole or in part."""
        headers = {"Authorization": f"Bearer {self._token or self._new_token()}"}
        try:
            answer = self._client.request(paper.method, f"{API}{paper.address}", json=paper.body, headers=headers)
        except httpx.HTTPError as error:
            raise DemoError(f"{paper.where}: {paper.method} {API}{paper.address}: {error!r}") from error
        if answer.is_error:
            raise DemoError(f"{paper.where} was refused to {paper.by}: {answer.status_code} {answer.text[:1000]}")
        odd = [one for one in answer.json().get("entries", ()) if one["outcome"] != "posted"]
        if odd:
            raise DemoError(f"{paper.where}: {len(odd)} entries were not posted, the first is {odd[0]}")

    def warnings(self) -> tuple[Raised, ...]:
        """Every warning there ever was, oldest first."""
        told = self.get("/warnings", state="all")["warnings"]
        found = (
            Raised(
                subject=w["subject"]["id"],
                rule=w["rule"],
                level=w["level"],
                raised_at=datetime.fromisoformat(w["raised_at"]),
                project=w["project"]["id"],
                state=w["state"],
            )
            for w in told
        )
        return tuple(sorted(found, key=lambda w: (w.raised_at, w.subject, w.rule)))

    def open_warnings(self) -> list[Any]:
        """What is open now."""
        found: list[Any] = self.get("/warnings", state="open")["warnings"]
        return found

    def estimates(self, projects: Mapping[str, str]) -> dict[str, dict[date, int]]:
        """Measured completion in bp by building and day, where there is one."""
        return {
            building: {
                date.fromisoformat(point["day"]): point["actual_bp"]
                for point in self.get(f"/projects/{project}/curve", building=building)["points"]
                if point["actual_bp"] is not None
            }
            for building, project in projects.items()
        }

    def scores(self, projects: Mapping[str, str]) -> tuple[Scored, ...]:
        """The score of each project."""
        told = {project: self.get(f"/projects/{project}/score") for project in sorted(set(projects.values()))}
        return tuple(Scored(subject=p, total=t["total"], grade=t["grade"]) for p, t in told.items())

    def _get(self, path: str, params: Mapping[str, str]) -> httpx.Response:
        if not self._token:
            self._token = self._new_token()
        try:
            return self._client.get(f"{API}{path}", params=params, headers={"Authorization": f"Bearer {self._token}"})
        except httpx.HTTPError as error:
            raise DemoError(f"GET {API}{path}: {error!r}") from error

    def _new_token(self) -> str:
        answer = self._client.post(f"{API}/auth/login", json=self._login)
        if answer.is_error:
            raise DemoError(f"the centre refused {self._login['username']}: {answer.status_code} {answer.text[:300]}")
        return str(answer.json()["access_token"])


@contextmanager
def speak_to(url: str, *, username: str, password: str) -> Iterator[Centre]:
    """A client of the centre at `url`, never by way of a proxy."""
    with httpx.Client(base_url=url, timeout=30.0, trust_env=False, verify=PLAIN) as client:
        yield Centre(client, username=username, password=password)


def hand_all_in(url: str, papers: Sequence[Paper], logins: Mapping[str, str]) -> None:
    """Every paper in order, each by its own person."""
    with ExitStack() as stack:
        people = {
            name: stack.enter_context(speak_to(url, username=name, password=logins[name]))
            for name in dict.fromkeys(paper.by for paper in papers)
        }
        for paper in papers:
            people[paper.by].hand_in(paper)


def answers(url: str) -> bool:
    """Whether the centre says that it is well."""
    try:
        return httpx.get(f"{url}{API}/healthz", timeout=2.0, trust_env=False, verify=PLAIN).is_success
    except httpx.HTTPError:
        return False
