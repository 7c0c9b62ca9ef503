"""The white paper of a year: its figures are those of insight, the same facts give the same bytes, it is made once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from central.insight.returns import ADVICE
from central.report.document import Document, Figure, Paragraph, Table, decoded
from central.report.due import make_reports
from central.report.make import Clocks, ReportRefused, Wanted, make, make_due
from central.report.rendering import Format, render
from central.report.spelling import spelled
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_reports import report_of, reports_before
from central.store.save_insight import note_benefit, set_class
from tests.central.insight.stored import START, WAN_FEN, put_case, put_life, put_paid, put_project, put_stages

JANUARY = datetime(2025, 1, 1, 0, 0, tzinfo=UTC)  # 08:00 in the district
CLOCKS = Clocks(now=JANUARY, wall_ms=to_ms(JANUARY))
EDUCATION = (-60, -30, 0, 0, 30, 60) * 2
TRANSPORT = (-50, 0, 0, 0, 50) * 3


def fill(engine: Engine) -> None:
    """Education 1.20 in the mean of 12 projects, transport 0.95 of 15, all completed in 2024."""
    with writing(engine) as connection:
        for sector, mean, steps in (("education", 1200, EDUCATION), ("transport", 950, TRANSPORT)):
            for at, step in enumerate(steps):
                name = f"{sector[:2]}{at:02}"
                put_project(connection, name, work_type="new_build" if sector == "education" else "road")
                set_class(connection, name, kind="", sector=sector, by="li", now_ms=0)
                put_paid(connection, name, date(2024, 7, 1), 100 * WAN_FEN)
                put_stages(connection, name, 0, 30, 35, 40, 50)
                put_life(connection, name, started=START, completed=START + timedelta(days=150 + at))
                put_case(connection, name, date(2024, 6, 1), cause="permit", days=12)
                note_benefit(
                    connection, name, year=2024, benefit_fen=(mean + step) * 100_000, method="成本效益法",
                    evidence="c" * 64, by="cai", now_ms=CLOCKS.wall_ms,
                )  # fmt: skip


def made(engine: Engine) -> Document:
    """The paper of 2024."""
    with writing(engine) as connection:
        row = make(connection, Wanted(kind="whitepaper", about="", period=date(2024, 5, 5)), CLOCKS, by="li")
        return decoded(row.content)


def section(document: Document, heading: str) -> tuple[list[str], list[list[str]]]:
    """The paragraphs and the cells of the first table under a heading, as people read them."""
    (found,) = (one for one in document.sections if one.heading.zh == heading)
    said = [block.words.zh for block in found.blocks if isinstance(block, Paragraph)]
    cells = next(([list(row) for row in block.rows] for block in found.blocks if isinstance(block, Table)), [])
    return said, [[spelled(cell, "zh") for cell in row] for row in cells]


@pytest.mark.requirement("A47", "B05")
def test_returns_are_told_with_order_intervals_and_advice(any_store: Engine) -> None:
    fill(any_store)
    paper = made(any_store)
    said, rows = section(paper, "分领域回报与预算建议")
    assert said[0] == ADVICE.zh
    assert said[1].startswith("回报率由高到低:教育 1.20(n=12,1.17 – 1.23) > 交通工程 0.95(n=15,0.9")
    (education, transport) = rows
    assert [row[:3] for row in rows] == [["教育", "12", "1.200"], ["交通工程", "15", "0.950"]]
    assert float(transport[8]) < float(education[7])
    assert (education[-1], transport[-1]) == ("+2.91 个百分点", "-2.91 个百分点")
    assert paper.title.zh == "2024年重点项目绩效白皮书"


def test_its_sums_are_those_of_its_list(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    paper = made(sqlite_store)
    (listed,) = (one for one in paper.sections if one.heading.zh == "项目清单")
    (table,) = (block for block in listed.blocks if isinstance(block, Table))
    _, summary = section(paper, "总体情况")
    told = dict(zip((row[0] for row in summary), (row[1] for row in summary), strict=True))
    contracts = [cell.value or 0 for row in table.rows if isinstance(cell := row[4], Figure)]
    assert told["在建与竣工项目"] == told["本年竣工"] == str(len(table.rows)) == "27"
    assert told["合同额"] == spelled(Figure(sum(contracts), "fen"), "zh")
    assert told["本年支出"] == "2,700.00 万元"
    said, stages = section(paper, "流程瓶颈")
    assert said == ["2024:超计划天数最多的环节是招标采购,占 60.00%(810/1350 天)。"]
    assert stages[0][:5] == ["2024", "招标采购", "27", "70.00 天", "27"]
    assert section(paper, "问题原因")[1] == [["手续未完成", "27", "100.00%", "27", "12.00 天"]]
    assert section(paper, "审批时长")[1][0][1:3] == ["27", "48.000"]
    assert "相关不等于因果" in section(paper, "投入与产出")[0]


@pytest.mark.requirement("A47")
def test_in_january_it_is_made_once_and_stays(any_store: Engine) -> None:
    fill(any_store)
    with writing(any_store) as connection:
        assert make_due(connection, kind="whitepaper", clocks=CLOCKS) == "1 reports"
        assert make_due(connection, kind="whitepaper", clocks=CLOCKS) == "0 reports"
        (row,) = reports_before(connection, before=None, limit=9, kind="whitepaper", within=None)
        put_life(connection, "ed00", completed=date(2024, 3, 2))
        again = make(connection, Wanted(kind="whitepaper", about="", period=date(2024, 1, 1)), CLOCKS, by="li")
    assert (row.period, row.unit, row.project, again.sha256) == (date(2024, 1, 1), None, None, row.sha256)


def test_the_reports_job_asks_for_it_last(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        assert make_reports(connection, JANUARY).endswith("whitepaper: no project yet")


def test_of_a_year_without_projects_there_is_none(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        put_project(connection, "p1", start=date(2025, 2, 1))
        assert make_due(connection, kind="whitepaper", clocks=CLOCKS) == "0 reports"


@pytest.mark.parametrize(
    ("about", "period", "where"), [("区住建局", date(2024, 1, 1), "about"), ("", date(2025, 1, 1), "period")]
)
def test_what_it_refuses(sqlite_store: Engine, about: str, period: date, where: str) -> None:
    with writing(sqlite_store) as connection, pytest.raises(ReportRefused) as refused:
        put_project(connection, "p1")
        make(connection, Wanted(kind="whitepaper", about=about, period=period), CLOCKS, by="li")
    assert refused.value.where == where


def test_the_same_facts_give_the_same_bytes_in_every_format(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    paper = made(sqlite_store)
    with reading(sqlite_store) as connection:
        row = report_of(connection, 1)
    assert row is not None
    formats: tuple[Format, ...] = ("docx", "xlsx")
    for format_ in formats:
        one, other = (
            render(document, "zh", format_, pictures=lambda _: None) for document in (paper, decoded(row.content))
        )
        assert one == other
        assert len(one) > 5000
