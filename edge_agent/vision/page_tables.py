"""Tables of the evaluation page: against what is asked, all estimators, strata, known errors, confusion. Pure."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from edge_agent.vision.page_words import Lang, stage_word, stratum_word, value_word, word

COLUMNS = (
    "mae_pp",
    "p95_pp",
    "bias_pp",
    "cell_macro_f1",
    "cell_accuracy",
    "ece",
    "top_storey_exact",
    "top_storey_within_1",
    "false_regression_per_day",
    "cell_false_regression",
    "imputation_accuracy",
)
SHARES = frozenset(
    {
        "ece",
        "top_storey_exact",
        "top_storey_within_1",
        "false_regression_per_day",
        "cell_false_regression",
        "interval_90_covers",
        "imputation_accuracy",
        "cell_accuracy",
    }
)
COMPARED = ("mae_pp", "p95_pp", "cell_macro_f1", "ece", "top_storey_exact")
BAR_PERCENT = 90  # of the cell, for the greatest error of the table


def figure(measure: str, value: float | None) -> str:
    """A figure as it is written: shares in percent, errors in points with one decimal, F1 with three."""
    if value is None:
        return '<span class="none">—</span>'
    if measure in SHARES:
        text = f"{100 * value:.1f}%"
    else:
        text = f"{value:.3f}" if measure == "cell_macro_f1" else f"{value:.1f}"
    return text.replace("-", "\N{MINUS SIGN}")


def ranged(row: dict[str, Any], measure: str) -> str:
    """A figure with its interval over buildings behind it."""
    bounds = (row.get("ci90") or {}).get(measure)
    behind = f'<span class="range">{figure(measure, bounds[0])}–{figure(measure, bounds[1])}</span>' if bounds else ""
    return figure(measure, row.get(measure)) + behind


def table(head: Sequence[str], rows: Iterable[str]) -> str:
    """A table that scrolls by itself when it is wide."""
    cells = "".join(f"<th>{cell}</th>" for cell in head)
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def row(cells: Sequence[str], *, kind: str = "") -> str:
    """One table row of ready cells; a cell that brings its own `<td` is taken as it is."""
    inside = "".join(cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in cells)
    return f'<tr class="{kind}">{inside}</tr>' if kind else f"<tr>{inside}</tr>"


def group_row(text: str, *, width: int) -> str:
    """A line that heads the lines under it."""
    return f'<tr class="group"><td colspan="{width}">{escape(text)}</td></tr>'


def targets_table(rows: Sequence[dict[str, Any]], figures: dict[str, Any], lang: Lang) -> str:
    """Each measure against the first and the goal row, met or not in words."""
    held = figures["estimators"]["filtered"]
    head = [word(key, lang) for key in ("measure", "value", "network_alone", "first", "", "goal", "")]
    return table(head, (_target_row(target, held, lang) for target in rows))


def _target_row(target: dict[str, Any], held: dict[str, Any], lang: Lang) -> str:
    measure = target["measure"]
    value = ranged(held, measure) if measure in held else figure(measure, target["value"])
    return row(
        [
            word(measure, lang),
            value,
            figure(measure, target["network"]),
            _asked(target, "first", lang),
            _verdict(target["first_met"], lang),
            _asked(target, "goal", lang),
            _verdict(target["goal_met"], lang),
        ]
    )


def _asked(target: dict[str, Any], which: str, lang: Lang) -> str:
    asked, measure = target[which], target["measure"]
    if asked is None:
        return f'<span class="none">{word("no_target", lang)}</span>'
    if isinstance(asked, list):
        return f"{figure(measure, asked[0])}–{figure(measure, asked[1])}"
    return f"{'≤' if target['sign'] == '<=' else '≥'} {figure(measure, asked)}"


def _verdict(met: bool | None, lang: Lang) -> str:
    if met is None:
        return ""
    return f'<span class="{"met" if met else "unmet"}">{word("met" if met else "not_met", lang)}</span>'


def estimators_table(figures: dict[str, Any], lang: Lang) -> str:
    """One row an estimator; what the agent holds is set off."""
    head = [word(key, lang) for key in ("method_name", "readings", *COLUMNS)]
    lines = []
    for name, found in figures["estimators"].items():
        cells = [word(name, lang), f"{found['readings']:,}", ranged(found, "mae_pp")]
        cells += [figure(measure, found.get(measure)) for measure in COLUMNS[1:]]
        lines.append(row(cells, kind="strong" if name == "filtered" else ""))
    return table(head, lines)


def strata_table(report: dict[str, Any], lang: Lang) -> str:
    """One row a stratum, grouped by what it is a stratum of; the worst by rule are named."""
    worst = report["worst"]
    marks = {
        worst[measure]["stratum"]: word(key, lang)
        for measure, key in (("cell_macro_f1", "worst_f1"), ("mae_pp", "worst_mae"))
        if worst[measure]
    }
    most = max((_mae(r) for r in report["strata"].values()), default=0.0)
    head = [word(key, lang) for key in ("stratum", "looks", "buildings", "coverage", "abstained")]
    head += [f"{word(name, lang)}<br>{word('mae_pp', lang)}" for name in ("filtered", "network", "features")]
    head += [f"{word(name, lang)}<br>F1" for name in ("filtered", "network", "features")]
    head += [f"{word('filtered', lang)}<br>ECE"]
    lines, before = [], ""
    for name, figures in report["strata"].items():
        kind = name.partition(":")[0]
        if kind != before:
            lines.append(group_row(word(kind, lang), width=len(head)))
            before = kind
        lines.append(_stratum_row(name, figures, mark=marks.get(name), most=most, lang=lang))
    return table(head, lines)


def _mae(figures: dict[str, Any]) -> float:
    return float(figures["estimators"]["filtered"].get("mae_pp") or 0.0)


def _stratum_row(name: str, figures: dict[str, Any], *, mark: str | None, most: float, lang: Lang) -> str:
    of = figures["estimators"]
    value = escape(value_word(name.partition(":")[2], lang))
    reach = BAR_PERCENT * _mae(figures) / (most or 1.0)
    bar = f"background:linear-gradient(to left,var(--pt) {reach:.0f}%,transparent {reach:.0f}%)"
    return row(
        [
            value + (f'<span class="mark">{mark}</span>' if mark else ""),
            f"{figures['faces']:,}",
            str(figures["buildings"]),
            figure("cell_accuracy", figures["coverage"]),
            figure("cell_accuracy", figures["abstained"]),
            f'<td style="{bar}">{ranged(of["filtered"], "mae_pp")}</td>',
            *(figure("mae_pp", of[n].get("mae_pp")) for n in ("network", "features")),
            *(figure("cell_macro_f1", of[n].get("cell_macro_f1")) for n in ("filtered", "network", "features")),
            figure("ece", of["filtered"].get("ece")),
        ]
    )


def disturbed_table(kind: str, rows: Sequence[dict[str, Any]], lang: Lang) -> str:
    """One row an amount of one known error, the undisturbed looks of the same frames first."""
    head = [word(key, lang) for key in ("amount", "looks", "coverage", "abstained", "registration")]
    head += [
        f"{word('filtered', lang)}<br>{word('mae_pp', lang)}",
        f"{word('network', lang)}<br>{word('mae_pp', lang)}",
    ]
    head += [f"{word('filtered', lang)}<br>F1", f"{word('network', lang)}<br>F1"]
    lines = []
    for index, figures in enumerate(rows):
        amount = word("undisturbed", lang) if index == 0 else str(figures["amount"])
        if not figures["faces"]:
            lines.append(row([amount, "0", *[figure("", None)] * (len(head) - 2)]))
            continue
        of = figures["estimators"]
        states = ", ".join(f"{escape(n)} {100 * share:.0f}%" for n, share in figures["registration"].items())
        cells = [
            amount,
            f"{figures['faces']:,}",
            *(figure("ece", figures[k]) for k in ("coverage", "abstained")),
            states,
        ]
        cells += [ranged(of["filtered"], "mae_pp"), figure("mae_pp", of["network"].get("mae_pp"))]
        cells += [figure("cell_macro_f1", of[n].get("cell_macro_f1")) for n in ("filtered", "network")]
        lines.append(row(cells))
    return f"<h3>{escape(word(kind, lang))}</h3>{table(head, lines)}"


def compare_table(report: dict[str, Any], lang: Lang) -> str:
    """This data set, the other, and the difference, for what the agent holds and for the network alone."""
    other = report["compare"]
    head = [word("measure", lang), word("here", lang), escape(str(other["dataset"])), word("difference", lang)]
    keys = [name for name in other if name != "dataset"]
    if not keys:
        return f'<p class="note">{escape(str(other["dataset"]))}: {word("nothing_scored", lang)}</p>'
    lines = []
    for key in keys[1:] if len(keys) == 2 else keys:  # one work type is all there is
        here = report["all"] if key == "all" else report["strata"][key]
        lines.append(group_row(stratum_word(key, lang), width=len(head)))
        for name in ("filtered", "network"):
            ours, theirs = here["estimators"][name], other[key]["estimators"][name]
            for measure in (m for m in COMPARED if m in other[key]["gap"][name]):
                cells = [f"{word(name, lang)} · {word(measure, lang)}", ranged(ours, measure), ranged(theirs, measure)]
                lines.append(row([*cells, figure(measure, other[key]["gap"][name][measure])]))
    return table(head, lines)


def confusion_table(matrix: Sequence[Sequence[int]], names: Sequence[str], *, work_type: str, lang: Lang) -> str:
    """True stages down, said stages across, share of the true ones in each field; recall at the end of the line."""
    words = [stage_word(work_type, i, name, lang) for i, name in enumerate(names)]
    head = "".join(f"<th>{text}</th>" for text in (word("true_stage", lang), *words, word("recall", lang)))
    lines = []
    for r, counts in enumerate(matrix):
        total = sum(counts)
        cells = [f"<th>{words[r]}</th>"]
        cells += [_field(count, total, is_right=r == c) for c, count in enumerate(counts)]
        cells.append(f"<td>{figure('ece', counts[r] / total if total else None)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table class="matrix"><tr>{head}</tr>{"".join(lines)}</table></div>'


def _field(count: int, total: int, *, is_right: bool) -> str:
    share = count / total if total else 0.0
    tint = f"background:color-mix(in srgb,var(--p) {60 * share:.0f}%,var(--s2))"
    return f'<td class="{"right" if is_right else ""}" style="{tint}" title="{100 * share:.1f}%">{count:,}</td>'
