"""The monthly bulletin of data quality as a document (A48): the numbers are those of the API's bulletin."""

from __future__ import annotations

from datetime import date, datetime

from central.api.quality_schemas import Bulletin, UnitQuality
from central.domain import Text
from central.report.document import Cell, Document, Figure, Paragraph, Section, Table, Words, plain, table

_DIMENSIONS = {
    "completeness": Words("完整性", "Completeness"),
    "accuracy": Words("准确性", "Accuracy"),
    "timeliness": Words("及时性", "Timeliness"),
    "consistency": Words("一致性", "Consistency"),
}
_COUNTS = {
    "expected": Words("应报", "Expected"),
    "received": Words("实报", "Received"),
    "on_time": Words("按时", "On time"),
    "required": Words("应填", "Required"),
    "filled": Words("已填", "Filled"),
    "checked": Words("核查", "Checked"),
    "valid": Words("有效", "Valid"),
    "pairs": Words("比对", "Pairs"),
    "agreeing": Words("一致", "Agreeing"),
}
_METHOD = Words(
    "总分 = 100×(0.30 完整性 + 0.30 准确性 + 0.25 及时性 + 0.15 一致性);A≥95,B≥90,C≥80,D≥60,E<60。"
    "24 小时内报备的设备中断不计。低于 80 分须培训;低于 60 分,其项目得分标注“数据质量不足”。",
    "Total = 100 (.30 completeness + .30 accuracy + .25 timeliness + .15 consistency); A >= 95, B >= 90, C >= 80, "
    "D >= 60, else E. Outages reported within 24 h are not counted. Below 80 training; below 60 the scores of the "
    "unit's projects carry the mark that data do not suffice.",
)
_YES, _NO = Words("是", "yes"), Words("否", "no")
_UNIT = Words("单位", "Unit")


def quality(bulletin: Bulletin, *, about: str, as_of: datetime) -> Document:
    """The bulletin of a month; of one unit when `about` names it, with its rank among all."""
    month: date = bulletin.month
    units = [one for one in bulletin.units if about in ("", one.unit)]
    return Document(
        kind="quality",
        about=about,
        title=Words(f"{month:%Y年%m月}数据质量通报", f"Bulletin of data quality {month:%Y-%m}"),
        subtitle=plain(about) if about else Words("全区", "District"),
        as_of=as_of,
        sections=(
            Section(Words("排名", "Ranking"), (_ranking(units),)),
            _training(units),
            Section(Words("计数", "Counts"), (_counts(units),)),
            Section(Words("口径", "How it is reckoned"), (Paragraph(_METHOD),)),
        ),
    )


def items_of(one: UnitQuality) -> Text | None:
    """What was short in a unit's data, line by line with its counts; None where nothing was."""
    counts = one.counts
    short = {
        Words("未报", "not received"): (counts.expected - counts.received, counts.expected),
        Words("迟报", "late"): (counts.received - counts.on_time, counts.received),
        Words("漏填", "left empty"): (counts.required - counts.filled, counts.required),
        Words("核查无效", "found invalid"): (counts.checked - counts.valid, counts.checked),
        Words("比对不一致", "disagreeing"): (counts.pairs - counts.agreeing, counts.pairs),
    }
    found = [(words, lacking, of) for words, (lacking, of) in short.items() if lacking > 0]
    if not found:
        return None
    return Text(
        zh="\n".join(f"{words.zh} {lacking} / {of}" for words, lacking, of in found),
        en="\n".join(f"{words.en}: {lacking} of {of}" for words, lacking, of in found),
    )


def _ranking(units: list[UnitQuality]) -> Table:
    heads = (
        Words("名次", "Rank"), _UNIT, Words("总分", "Total"), Words("等级", "Grade"), *_DIMENSIONS.values(),
        Words("摘要 SHA-256", "SHA-256"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            Figure(one.rank, "int"), plain(one.unit), Figure(_milli(one.total_bp), "milli"), plain(one.grade or "—"),
            *(Figure(dimension.share_bp, "bp") for dimension in one.dimensions), plain(one.sha256[:12]),
        )
        for one in units
    ]  # fmt: skip
    return table(heads, rows)


def _training(units: list[UnitQuality]) -> Section:
    heading = Words("培训与标注", "Training and marks")
    listed: list[tuple[Cell, ...]] = [
        (plain(one.unit), _YES if one.needs_training else _NO, _YES if one.insufficient else _NO)
        for one in units
        if one.needs_training
    ]
    if not listed:
        return Section(heading, (Paragraph(Words("没有须培训的单位。", "No unit needs training.")),))
    heads = (_UNIT, Words("须培训", "Training"), Words("数据质量不足", "Data do not suffice"))
    return Section(heading, (table(heads, listed),))


def _counts(units: list[UnitQuality]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (plain(one.unit), *(Figure(getattr(one.counts, name), "int") for name in _COUNTS)) for one in units
    ]
    return table((_UNIT, *_COUNTS.values()), rows)


def _milli(total_bp: int | None) -> int | None:
    return None if total_bp is None else total_bp * 10
