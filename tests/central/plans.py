"""Stores a small planned project and registered gateways in a test's database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from central.domain import Project
from central.plan.document import PlannedFace
from central.store.save_people import add_gateway
from central.store.save_plan import save_plan
from tests.central.build import DEMO_ITEMS, START, a_building, a_project, an_item

PLACES = (
    PlannedFace(gateway="gw-1", camera="c1", building="b1", face="south"),
    PlannedFace(gateway="gw-1", camera="c1", building="b1", face="east"),
    PlannedFace(gateway="gw-2", camera="c2", building="b1", face="south"),
)


def demo_project() -> Project:
    """One building with the four items that cameras see, 62 days."""
    items = tuple(
        an_item(
            f"b1-{name}",
            building="b1",
            weight_bp=weight_bp,
            stages=dict(proves),
            plan=[(first + (last - first) * step // 10, 1000 * step) for step in range(1, 11)],
        )
        for name, weight_bp, proves, first, last in DEMO_ITEMS
    )
    return a_project(a_building("b1", items=items), finish=START + timedelta(days=62))


def register(engine: Engine, *gateways: str) -> dict[str, str]:
    """Register gateways; their tokens by id."""
    return {gateway: add_gateway(engine, gateway, by="test", now_ms=1) for gateway in gateways}


def plan(engine: Engine, project: Project | None = None, *, note: str = "first", now_ms: int = 1) -> int:
    """Store the project's plan; its version."""
    return save_plan(
        engine, project or demo_project(), faces=PLACES, document={"note": note}, by="test", reason=note, now_ms=now_ms
    )
