"""What people read in a message about a case or a measure, in both languages: what, how much, who, until when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from central.domain import Level, Text
from central.mending.words import SEAT_WORDS
from central.plan.calendar import DISTRICT
from central.rules.sentence import LEVEL_NAMES, RULE_NAMES

DIGEST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a message is about: a warning's subject within its project, with the sentence of the warning."""

    project: Text
    subject: Text
    rule: str
    level: Level
    sentence: Text


def told(matter: Matter, *, due_ms: int | None, again: bool) -> tuple[Text, Text]:
    """Subject and body of a new warning; `again` = the fault came back."""
    head = _head(matter, Text(zh="预警再次触发" if again else "预警", en="warning again" if again else "warning"))
    zh, en = f"{matter.project.zh}: {matter.sentence.zh}", f"{matter.project.en}: {matter.sentence.en}"
    if due_ms is not None:
        zh += f"请于 {moment(due_ms)} 前确认。"
        en += f" Please acknowledge by {moment(due_ms)}."
    return head, Text(zh=zh, en=en)


def missed(matter: Matter, *, kind: str, seats: tuple[str, ...]) -> tuple[Text, Text]:
    """Subject and body when a clock of a case ran out: who should have done what."""
    what = {
        "ack_missed": Text(zh="逾期未确认", en="not acknowledged in time"),
        "measure_missed": Text(zh="逾期未登记措施", en="no measure in time"),
        "verify_missed": Text(zh="逾期未核验", en="not verified in time"),
        "review": Text(zh="红色预警每周复核", en="weekly review of a red warning"),
    }[kind]
    who = Text(zh="、".join(SEAT_WORDS[seat].zh for seat in seats), en=", ".join(SEAT_WORDS[seat].en for seat in seats))
    body = Text(
        zh=f"{matter.project.zh}: {matter.sentence.zh}{what.zh}" + (f"(应由: {who.zh})" if seats else "") + "。",
        en=f"{matter.project.en}: {matter.sentence.en} {what.en}" + (f" (by: {who.en})" if seats else "") + ".",
    )
    return _head(matter, what), body


def ordered(title: Text, *, measure: str, standard: str, due: str) -> tuple[Text, Text]:
    """Subject and body for the person who is to do something."""
    return (
        Text(zh=f"整改单: {title.zh}", en=f"Rectification: {title.en}"),
        Text(
            zh=f"措施: {measure}; 完成时限: {due}; 验收标准: {standard}。",
            en=f"Measure: {measure}; due: {due}; acceptance standard: {standard}.",
        ),
    )


def reminded(title: Text, *, days: int, due: str) -> tuple[Text, Text]:
    """Subject and body of a reminder: `days` until the due day, negative after it."""
    if days < 0:
        when = Text(zh=f"已逾期 {-days} 天", en=f"{-days} days overdue")
    elif days == 0:
        when = Text(zh="今天到期", en="due today")
    else:
        when = Text(zh=f"还剩 {days} 天", en=f"{days} days left")
    return (
        Text(zh=f"整改{when.zh}: {title.zh}", en=f"Rectification {when.en}: {title.en}"),
        Text(zh=f"完成时限 {due}, {when.zh}, 尚未提交证据。", en=f"Due {due}, {when.en}, no evidence handed in yet."),
    )


def overdue_together(measures: Sequence[tuple[Text, int]]) -> tuple[Text, Text]:
    """Subject and body of the day's digest: measures with their days overdue, the first of them by name."""
    named, more = measures[:DIGEST_NAMED], len(measures) - DIGEST_NAMED
    zh = [f"{title.zh} (逾期 {days} 天)" for title, days in named]
    en = [f"{title.en} ({days} days overdue)" for title, days in named]
    if more > 0:
        zh.append(f"另有 {more} 项")
        en.append(f"{more} more")
    subject = Text(zh=f"{len(measures)} 项整改已逾期", en=f"{len(measures)} rectifications overdue")
    return subject, Text(zh="; ".join(zh) + "。", en="; ".join(en) + ".")


def moment(at_ms: int) -> str:
    """An instant as people of the district read it, to the minute."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(DISTRICT).strftime("%Y-%m-%d %H:%M")


def place(matter: Matter) -> Text:
    """The subject with its project before it, once where they are the same."""
    if matter.project == matter.subject:
        return matter.project
    return Text(zh=f"{matter.project.zh} {matter.subject.zh}", en=f"{matter.project.en}, {matter.subject.en}")


def rule_name(rule: str) -> Text:
    """The rule's name; its id where it has none yet."""
    return RULE_NAMES.get(rule, Text(zh=rule, en=rule))


def _head(matter: Matter, what: Text) -> Text:
    level, rule, where = LEVEL_NAMES[matter.level], rule_name(matter.rule), place(matter)
    return Text(zh=f"【{level.zh}】{where.zh} {rule.zh} {what.zh}", en=f"[{level.en}] {where.en}: {rule.en}, {what.en}")
