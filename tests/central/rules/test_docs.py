"""docs/rules.md says the shipped numbers. `python -m tests.central.rules.test_docs` writes them there."""

from __future__ import annotations

import re
from pathlib import Path

from central.domain import LEVELS
from central.rules.ladder import DEFAULT, Ladder
from central.rules.rules import RULES
from central.rules.sentence import RULE_NAMES, amount

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
BLOCK = re.compile(r"(?<=<!-- ladders -->\n).*(?=<!-- /ladders -->)", re.DOTALL)
HEAD = "| rule | 规则 | judges | blue | yellow | red | left at | up / down | month ends |\n" + "|---" * 9 + "|\n"
SIDES = {"at_least": "", "above": "> ", "below": "< "}
UNITS = {
    "bp": "points",
    "ratio_bp": "percent",
    "cdays": "effective days",
    "days": "days",
    "hours": "hours",
    "centi_z": "robust z",
}


def line(rule: str) -> str:
    """The rule's row of the table."""
    ladder, name = DEFAULT.ladder(rule), RULE_NAMES[rule]
    unit, basis = UNITS[ladder.unit], ladder.basis.replace("_", " ")
    judges = f"{unit} ({basis})" if basis not in ("", unit) else unit
    levels = " | ".join(_level(ladder, ladder.threshold(level)) for level in LEVELS)
    margin = amount(ladder.margin, ladder.unit, zh=False) if ladder.margin else "its line"
    months = str(ladder.months) if ladder.months else "–"
    return f"| `{rule}` | {name.zh} | {judges} | {levels} | {margin} | {ladder.up} / {ladder.down} | {months} |\n"


def _level(ladder: Ladder, threshold: int | None) -> str:
    if ladder.unit == "hours" and threshold == 0:
        return "at once"
    return "–" if threshold is None else SIDES[ladder.side] + amount(threshold, ladder.unit, zh=False)


def table() -> str:
    """The whole table, in the order in which rules are asked."""
    return HEAD + "".join(line(rule.__name__) for rule in RULES)


def test_the_page_says_the_shipped_numbers() -> None:
    found = BLOCK.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == table()


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(lambda _: table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
