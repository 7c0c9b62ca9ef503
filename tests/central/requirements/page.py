"""Makes docs/requirements.md: every row of the five articles, the tests that carry its mark, and its state.

`python -m tests.central.requirements.page` writes it. A test says which row it is by `@pytest.mark.requirement("A15")`;
`partly="what is missing"` says that the row is not whole yet.
"""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROWS, PAGE = ROOT / "docs" / "requirements.json", ROOT / "docs" / "requirements.md"
SOURCES = {
    "A": "浦口区 (Pukou)",
    "B": "闵行区 (Minhang)",
    "C": "政府机构 (government bodies)",
    "D": "财政重点项目 (key fiscal projects)",
    "E": "复兴区 (Fuxing)",
}
_HEAD = """# Requirements: row, test, state

Made from the tests by `python -m tests.central.requirements.page`; do not edit. The rows are sentences of the five
source articles with what they ask of software (`requirements.json`). **core** = the path from camera to score,
*platform* = performance management, *horizon* = what an article names as the future.

A row is **tested** when a test with its mark does what the row's own acceptance test says, **partly** when such a test
says what is missing, and **open** when no test has its mark: nothing is claimed for it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A test that carries the mark of a row; `missing` is what it says the row still lacks."""

    path: str
    test: str
    missing: str = ""


def rows() -> list[dict[str, str]]:
    """All rows in the articles' order."""
    found: list[dict[str, str]] = json.loads(ROWS.read_text(encoding="utf-8"))
    return found


def marked(tests: Path = ROOT / "tests") -> dict[str, list[Marked]]:
    """Tests by the row they carry the mark of, read from the source without running it."""
    found: dict[str, list[Marked]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if "mark.requirement(" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row, missing in _marks(node):
                    name = path.relative_to(tests.parent).as_posix()
                    found[row].append(Marked(path=name, test=node.name, missing=missing))
    return found


def state(tests: Sequence[Marked]) -> str:
    """Tested, partly or open. One test that says what is missing makes the row partly done."""
    if not tests:
        return "open"
    return "partly" if any(test.missing for test in tests) else "tested"


def page(found: Mapping[str, Sequence[Marked]]) -> str:
    """The whole page."""
    known = rows()
    parts = [_HEAD, _summary(known, found)]
    for letter, source in SOURCES.items():
        lines = [_line(row, found.get(row["id"], ())) for row in known if row["id"].startswith(letter)]
        parts.append("\n".join((f"## {letter} · {source}\n", "| row | sentence | mark | state | tests |",
                                "|---|---|---|---|---|", *lines)) + "\n")  # fmt: skip
    return "\n".join(parts)


def _marks(node: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for call in node.decorator_list:
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.requirement":
            missing = next((ast.literal_eval(k.value) for k in call.keywords if k.arg == "partly"), "")
            for argument in call.args:
                yield ast.literal_eval(argument), missing


def _summary(known: Sequence[Mapping[str, str]], found: Mapping[str, Sequence[Marked]]) -> str:
    lines = ["| | rows | tested | partly | open |", "|---|---|---|---|---|"]
    for mark in ("core", "platform", "horizon"):
        states = [state(found.get(row["id"], ())) for row in known if row["mark"] == mark]
        counts = " | ".join(str(states.count(name)) for name in ("tested", "partly", "open"))
        lines.append(f"| {mark} | {len(states)} | {counts} |")
    return "\n".join(lines) + "\n"


def _line(row: Mapping[str, str], tests: Sequence[Marked]) -> str:
    mark = f"**{row['mark']}**" if row["mark"] == "core" else row["mark"]
    shown = "<br>".join(f"[{t.test}](../{t.path})" + (f": {t.missing}" if t.missing else "") for t in tests)
    quote = row["quote"].replace("|", "\\|")
    return f"| {row['id']} | {quote} | {mark} | {state(tests)} | {shown} |"


if __name__ == "__main__":
    PAGE.write_text(page(marked()), encoding="utf-8")
    print(f"{PAGE.name}: {_summary(rows(), marked())}")
