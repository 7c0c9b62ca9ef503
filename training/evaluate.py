"""Measures shipped weights on a data set and prints the table: `python -m training.evaluate DATASET --json OUT`.

The same code as `siteprogress-edge evaluate`, with the feature baseline beside it.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from edge_agent.vision.baseline import load_baseline
from edge_agent.vision.evaluate import ESTIMATORS, evaluate_dataset
from edge_agent.vision.session import load_network

COLUMNS = {
    "mae_pp": "MAE",
    "p95_pp": "P95",
    "bias_pp": "bias",
    "cell_macro_f1": "F1",
    "cell_accuracy": "acc",
    "ece": "ECE",
    "top_storey_exact": "top",
    "top_storey_within_1": "top±1",
}
SHOWN_BUILDINGS = 12  # with more of them the table leaves the building strata to the JSON


def table_of(report: dict[str, Any]) -> Table:
    """One row per stratum and estimator."""
    title = f"model {report['model_sha256'][:12]} · {report['faces_scored']} faces · {report['ms_per_face']} ms"
    table = Table("stratum", "estimator", "n", *COLUMNS.values(), title=title)
    few = sum(name.startswith("building:") for name in report["strata"]) <= SHOWN_BUILDINGS
    for name, figures in {"all": report["all"], **report["strata"]}.items():
        if name.startswith("building:") and not few:
            continue
        shown = ESTIMATORS if name == "all" else ("filtered", "network", "features", "features_filtered")
        for estimator in shown:
            row = figures["estimators"].get(estimator, {})
            if row.get("readings"):
                values = [str(row[c]) if c in row else "" for c in COLUMNS]
                table.add_row(name, estimator, str(row["readings"]), *values)
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    net = load_network(given.models)
    baseline = given.models / "feature_baseline.npz"
    features = load_baseline(baseline) if baseline.exists() else None
    console = Console(width=150)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("frames", total=None)
        report = evaluate_dataset(
            given.dataset, net, lambda done, total: bar.update(task, completed=done, total=total), features=features
        )
    console.print(table_of(report))
    every = report["all"]
    console.print({k: every.get(k) for k in ("coverage", "abstained", "interval_90_covers")})
    if given.json:
        given.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
