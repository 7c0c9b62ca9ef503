"""Pages that are opened are counted as use, once a day for each person and page."""

from __future__ import annotations

from sqlalchemy import select

from central.store.engine import reading
from central.store.tables import PageView
from central.store.upsert import table_of
from tests.central.api.district import Centre
from tests.services import wait_until
from tests.web.conftest import Visitor


def test_opened_pages_are_told_once(visitor: Visitor, own_centre: Centre) -> None:
    visit = visitor()
    visit.enter("owner", until="a.project")
    for path in ("/warnings", "/"):
        with visit.page.expect_response("**/api/v1/use/views"):
            visit.go(path, until="h1")
    found = table_of(PageView)

    def seen() -> list[tuple[str, str]]:
        with reading(own_centre.engine) as connection:
            rows = connection.execute(select(found.c.person, found.c.page).order_by(found.c.page))
            return [(row.person, row.page) for row in rows]

    wait_until(lambda: len(seen()) == 2, what="both pages were told")
    assert seen() == [("owner", "district"), ("owner", "warnings")]
