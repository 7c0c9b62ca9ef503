"""The page of requirements says what the tests say, and every mark names a row that exists."""

from __future__ import annotations

from tests.central.requirements.page import PAGE, marked, page, rows, state


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(marked()), "run: python -m tests.central.requirements.page"


def test_every_mark_names_a_row() -> None:
    assert set(marked()) <= {row["id"] for row in rows()}


def test_rows_are_those_of_the_articles() -> None:
    marks = [row["mark"] for row in rows()]
    assert (len(marks), marks.count("core"), marks.count("platform"), marks.count("horizon")) == (205, 35, 147, 23)


def test_every_core_row_has_a_test() -> None:
    found = marked()
    open_rows = [row["id"] for row in rows() if row["mark"] == "core" and state(found.get(row["id"], [])) == "open"]
    assert open_rows == []
