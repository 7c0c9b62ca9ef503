"""The tables of a model card, each from what a run or an evaluation wrote down. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

FIGURES = {
    "mae_pp": "MAE",
    "p95_pp": "P95",
    "bias_pp": "bias",
    "cell_macro_f1": "macro-F1",
    "cell_accuracy": "accuracy",
    "ece": "ECE",
    "top_storey_exact": "top storey",
    "top_storey_within_1": "±1",
    "false_regression_per_day": "false falls a day",
}
MEASURES = FIGURES | {"interval_90_covers": "90 % interval covers"}
RECALL_LOW = 0.7
Report = Mapping[str, Any]


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Markdown; None and absent cells are left empty."""
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [f"| {' | '.join('' if cell is None else str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def estimators_table(report: Report) -> str:
    """Every estimator over all looks; 90 % intervals over buildings for the agent's own value."""
    said = report["all"]["estimators"]
    rows = [
        [report["estimators"].get(name, name), figures["readings"], *(figures.get(key) for key in FIGURES)]
        for name, figures in said.items()
    ]
    spans = said["filtered"].get("ci90", {})
    rows.append(["… 90 % interval over buildings", "", *(span(spans.get(key)) for key in FIGURES)])
    return table(["", "n", *FIGURES.values()], rows)


def span(values: Sequence[float] | None) -> str | None:
    """Low – high."""
    return None if values is None else f"{values[0]} – {values[1]}"


def targets_table(report: Report) -> str:
    """What was asked first and as goal, by work type, and whether the agent's value meets it."""
    rows = [
        [
            scope,
            MEASURES.get(row["measure"], row["measure"]),
            row["value"],
            asked(row["first"], row["sign"], met=row["first_met"]),
            asked(row["goal"], row["sign"], met=row["goal_met"]),
        ]
        for scope, targets in report["targets"].items()
        for row in targets
        if scope != "all" or len(report["targets"]) > 2
    ]
    return table(["work", "measure", "value", "first", "goal"], rows)


def asked(limit: object, sign: str, *, met: bool | None) -> str | None:
    """A limit and whether it is met, in words."""
    if limit is None:
        return None
    shown = " – ".join(map(str, limit)) if isinstance(limit, list | tuple) else f"{sign} {limit}"
    return f"{shown}: {'met' if met else 'not met'}"


def strata_table(report: Report) -> str:
    """The agent's value, the network's and the feature baseline's single frames."""
    rows = [stratum_row(name, figures) for name, figures in report["strata"].items()]
    heads = ["stratum", "looks", "buildings", "agent MAE", "bias", "F1", "network MAE", "F1", "features MAE", "F1"]
    return table(heads, rows)


def stratum_row(name: str, figures: Report) -> list[object]:
    """One stratum."""
    said = figures["estimators"]
    agent, network, features = (said.get(each, {}) for each in ("filtered", "network", "features"))
    values = [agent.get("mae_pp"), agent.get("bias_pp"), agent.get("cell_macro_f1")]
    values += [peer.get(key) for peer in (network, features) for key in ("mae_pp", "cell_macro_f1")]
    return [name, figures["faces"], figures.get("buildings"), *values]


def ladders_table(report: Report) -> str:
    """Known errors applied on purpose: commissioning, camera, codec."""
    rows = [
        [kind, "as it is" if row["amount"] in (0, None) else row["amount"], *stratum_row("", row)[1:]]
        for kind, steps in report.get("disturbed", {}).items()
        for row in steps
        if row["faces"]
    ]
    heads = ["disturbance", "amount", "looks", "buildings", "agent MAE", "bias", "F1", "network MAE", "F1"]
    return table([*heads, "features MAE", "F1"], rows)


def recall_table(report: Report, *, kind: str) -> str:
    """Recall by stage of one work type."""
    stages = report["stages"][kind]
    rows = []
    for name, label in report["estimators"].items():
        recall = report["all"]["estimators"].get(name, {}).get("recall", {}).get(kind)
        if recall:
            rows.append([label, *(recall.get(stage) for stage in stages)])
    return table([kind, *stages], rows)


def runs_table(runs: Sequence[Report]) -> str:
    """Held-aside figures at the end of training runs: `ablate`, `seed`, `minutes`, `learnt`, `held` by work type."""
    kinds = sorted({kind for run in runs for kind in run["held"]})
    rows = []
    for run in runs:
        held = [run["held"].get(kind, {}) for kind in kinds]
        figures = [each.get(key) for each in held for key in ("accuracy", "macro_f1", "mae_pp")]
        rows.append([run["name"], run["seed"], run["minutes"], run["learnt"], *figures])
    heads = [f"{kind} {figure}" for kind in kinds for figure in ("accuracy", "F1", "MAE")]
    return table(["run", "seed", "minutes", "canvases learnt", *heads], rows)


def seeds_table(reports: Sequence[Report]) -> str:
    """The same hold-out measured with the weights of several seeds."""
    rows = []
    for report in reports:
        for name in ("network", "filtered"):
            figures = report["all"]["estimators"][name]
            rows.append([report["model_sha256"][:12], report["estimators"][name], *(figures.get(k) for k in FIGURES)])
    return table(["weights", "", *FIGURES.values()], rows)


def limits(report: Report) -> list[str]:
    """What the weights do badly, in words, from the figures alone."""
    worst, said = report["worst"], report["all"]["estimators"]["filtered"]
    lines = [
        f"Worst stratum by {MEASURES[key]} ({worst['rule']}): **{found['stratum']}**, {found['value']}."
        for key in ("mae_pp", "cell_macro_f1")
        if (found := worst.get(key))
    ]
    lines += [
        f"{kind}: {stage} is recognised in only {100 * value:.0f} % of its cells."
        for kind, recall in said.get("recall", {}).items()
        for stage, value in recall.items()
        if value is not None and value < RECALL_LOW
    ]
    lines += [
        f"In {row['stratum']} the single frame is no better than the feature baseline by {MEASURES[row['measure']]}: "
        f"{row['network']} against {row['features']}."
        for row in report["network_not_better_than_features"]
    ]
    unmet = [
        f"{MEASURES.get(row['measure'], row['measure'])} ({scope}: {row['value']})"
        for scope, rows in report["targets"].items()
        for row in rows
        if scope != "all" and row["first_met"] is False
    ]
    if unmet:
        lines.append(f"First targets not met: {', '.join(unmet)}.")
    because = ", ".join(f"{name} {100 * share:.0f} %" for name, share in report["all"]["abstained_because"].items())
    lines.append(f"No value is given in {100 * report['all']['abstained']:.0f} % of the looks ({because or 'none'}).")
    return lines


def gap_table(report: Report) -> str:
    """How much worse this data set is than the one it was compared with, by work type and estimator."""
    compared = report["compare"]
    rows = [
        [scope, report["estimators"].get(name, name), *(gap.get(key) for key in FIGURES)]
        for scope, figures in compared.items()
        if scope != "dataset"
        for name, gap in figures["gap"].items()
    ]
    return table(["", "estimator", *FIGURES.values()], rows)
