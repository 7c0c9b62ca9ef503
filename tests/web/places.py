"""Every page of the web application: its address, what is there once it is drawn, at which windows it is seen."""

from __future__ import annotations

from dataclasses import dataclass

from tests.web.browser import DESK, PHONE

WALL = (1920, 1080)
Size = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page. `until`: a selector of what is drawn last. `who` may see it (None: anybody, without signing in)."""

    name: str
    path: str
    until: str
    who: str | None = "leader"
    sizes: tuple[Size, ...] = (DESK, PHONE)

    def address(self, lang: str) -> str:
        """The path in a language: Chinese needs no word in the address."""
        if lang == "zh":
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={lang}"


PLACES = (
    Place(name="district", path="/", until="a.project"),
    Place(name="project", path="/projects/qp", until=".pair img"),
    Place(name="project-gantt", path="/projects/qp/gantt", until="main canvas"),
    Place(name="project-outlook", path="/projects/qp/outlook", until="main .card"),
    Place(name="project-warnings", path="/projects/qp/warnings", until="main a.go"),
    Place(name="project-ledger", path="/projects/qp/ledger", until="main table"),
    Place(name="project-score", path="/projects/qp/score", until="main .sum"),
    Place(name="project-docs", path="/projects/qp/docs", until="main table"),
    Place(name="project-stills", path="/projects/qp/stills", until="main .strip"),
    Place(name="project-changes", path="/projects/qp/changes", until="main section.card li b"),
    Place(name="warnings", path="/warnings", until=".detail .dots"),
    Place(name="evaluation-goals", path="/evaluation/2026/goals", until="main .goal"),
    Place(name="evaluation-weights", path="/evaluation/2026/weights", until="main tbody select"),
    Place(name="evaluation-forms", path="/evaluation/2025-Q1/forms", until="main .two li button"),
    Place(name="evaluation-ranking", path="/evaluation/2025/ranking", until="main .use"),
    Place(name="plan-import", path="/plans/import", until="main .pick", who="admin"),
    Place(name="ledger-import", path="/audit/import", until="main .pick", who="cashier"),
    Place(name="people", path="/settings/people", until="main li button.row", who="admin"),
    Place(name="person", path="/settings/people/street", until=".panel form", who="admin"),
    Place(name="money", path="/money/advice/qp", until=".wages"),
    Place(name="audit", path="/audit/ledger?from=2026-05-03&to=2026-05-31", until=".sum"),
    Place(name="insight", path="/insight/board", until="main table, main .empty"),
    Place(name="insight-compare", path="/insight/compare", until="main .card"),
    Place(name="insight-papers", path="/insight/papers", until="main li .row, main .empty"),
    Place(name="fleet", path="/fleet", until=".camera"),
    Place(name="trace", path="/trace/score/qp", until=".node"),
    Place(name="map", path="/map", until=".list button, .maplibregl-canvas"),
    Place(name="absent", path="/nowhere", until="main h1"),
    Place(name="wall", path="/wall?every=600", until="[data-screen=map]", sizes=(WALL,)),
    Place(name="leader", path="/m/", until="a.project", sizes=(PHONE,)),
    Place(name="leader-warnings", path="/m/warnings", until="a.row", sizes=(PHONE,)),
    Place(name="leader-me", path="/m/me", until="main", sizes=(PHONE,)),
    Place(name="login", path="/login", until="#username", who=None),
    Place(name="public-home", path="/p/", until="table tbody tr", who=None),
    Place(name="public", path="/p/qp", until="figure img", who=None),
    Place(name="poster", path="/p/qp/poster", until="svg.qr", who=None),
    Place(name="inspect", path="/inspect/", until="#username", who=None, sizes=(PHONE,)),
)
