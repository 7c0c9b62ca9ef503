"""Measures weights on a data set and prints the table: `python -m training.evaluate DATASET --models DIR --json OUT`.

The same code as `siteprogress-edge evaluate`, for weights that are not shipped yet, with the table in the terminal.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge_agent.vision.evaluate import evaluate_dataset
from edge_agent.vision.rig import shipped_rig

COLUMNS = {
    "mae_pp": "MAE",
    "p95_pp": "P95",
    "bias_pp": "bias",
    "cell_macro_f1": "F1",
    "cell_accuracy": "acc",
    "ece": "ECE",
    "top_storey_exact": "top",
    "top_storey_within_1": "top±1",
    "false_regression_per_day": "falls",
}
IN_STRATA = ("filtered", "network", "features", "features_filtered")


def table_of(report: dict[str, Any]) -> Table:
    """One row per stratum and estimator."""
    title = f"model {report['model_sha256'][:12]} · {report['faces_scored']} faces · {report['ms_per_face']} ms"
    table = Table("stratum", "estimator", "n", *COLUMNS.values(), title=title)
    for name, figures in {"all": report["all"], **report["strata"]}.items():
        for estimator, row in figures.get("estimators", {}).items():
            if row["readings"] and (name == "all" or estimator in IN_STRATA):
                values = ["" if row.get(c) is None else str(row[c]) for c in COLUMNS]
                table.add_row(name, estimator, str(row["readings"]), *values)
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--precision", choices=("fp32", "int8"))
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    console = Console(width=150)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("frames", total=None)
        report = evaluate_dataset(
            given.dataset,
            shipped_rig(given.models, precision=given.precision),
            lambda done, total: bar.update(task, completed=done, total=total),
            compare=given.compare,
        ).report
    console.print(table_of(report))
    console.print({key: report["all"].get(key) for key in ("coverage", "abstained", "interval_90_covers")})
    console.print({key: report[key] for key in ("worst", "network_not_better_than_features")})
    if given.json:
        given.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
