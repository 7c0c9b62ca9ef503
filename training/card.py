"""Writes the model card from the manifest and evaluations: `python -m training.card --holdout H.json --demo D.json`."""

import argparse
import json
from pathlib import Path
from typing import Any

ESTIMATORS = {
    "filtered": "filtered (what the agent says)",
    "network": "network, single frame",
    "visible_mean": "network, visible cells only",
    "carry_forward_max": "network, carry-forward maximum",
    "yesterday": "network, previous frame's value",
    "features": "feature baseline, single frame",
    "features_filtered": "feature baseline through the same filter",
}
FIGURES = (
    "mae_pp",
    "p95_pp",
    "bias_pp",
    "cell_macro_f1",
    "cell_accuracy",
    "ece",
    "top_storey_exact",
    "top_storey_within_1",
)
HEADING = "| | n | MAE | P95 | bias | macro-F1 | accuracy | ECE | top storey | ±1 |\n" + "|---" * 10 + "|"
STRATA = "| stratum | looks | filtered MAE | bias | network MAE | F1 | features MAE | F1 |\n" + "|---" * 8 + "|"


def row(name: str, figures: dict[str, Any]) -> str:
    """One line of a table; empty where an estimator gives no such figure."""
    shown = [str(figures.get(key, "")) for key in FIGURES]
    return f"| {name} | {figures.get('readings', 0)} | {' | '.join(shown)} |"


def section(title: str, report: dict[str, Any]) -> str:
    """Estimators in all, then the filtered estimate and the feature baseline per stratum."""
    every = report["all"]
    lines = [
        f"## {title}",
        f"{report['scenes']} scenes, {report['frames']} frames, {report['faces_scored']} looks at a face. "
        f"Coverage {every['coverage']}, abstained {every['abstained']}, "
        f"the 90 % interval covers {every['interval_90_covers']}.",
        "",
        HEADING,
        *(row(label, every["estimators"][name]) for name, label in ESTIMATORS.items()),
        "",
        "Per stratum (network | features: single frame):",
        "",
        STRATA,
        *(stratum_row(name, figures) for name, figures in report["strata"].items() if shown(name, report)),
        "",
    ]
    return "\n".join(lines)


def shown(name: str, report: dict[str, Any]) -> bool:
    """Buildings are listed only where there are few."""
    return not name.startswith("building:") or sum(n.startswith("building:") for n in report["strata"]) <= 12


def stratum_row(name: str, figures: dict[str, Any]) -> str:
    """One stratum: the filtered estimate, and the network against the feature baseline."""
    of = figures["estimators"]
    cells = [
        of["filtered"].get("mae_pp", ""),
        of["filtered"].get("bias_pp", ""),
        of["network"].get("mae_pp", ""),
        of["network"].get("cell_macro_f1", ""),
        of["features"].get("mae_pp", ""),
        of["features"].get("cell_macro_f1", ""),
    ]
    return f"| {name} | {figures['faces']} | {' | '.join(str(c) for c in cells)} |"


def recalls(report: dict[str, Any]) -> str:
    """Recall by stage of the single frame and of the filtered estimate."""
    lines = [f"| | {' | '.join(report['stages'])} |", f"|---|{'---|' * len(report['stages'])}"]
    for name in ("network", "filtered", "features"):
        values = report["all"]["estimators"][name].get("recall", [])
        lines.append(f"| {ESTIMATORS[name]} | {' | '.join(str(v) for v in values)} |")
    return "\n".join(lines)


def card(entry: dict[str, Any], reports: dict[str, dict[str, Any]]) -> str:
    """The whole card."""
    taught = entry["trained_on"]
    parts = [
        f"# {entry['file']}: stages of new buildings, cell by cell\n",
        f"sha256 `{entry['sha256']}` · {entry['parameters']} parameters · fp32 ONNX opset 17 · "
        f"stage temperature {entry['stage_temperature']}\n",
        "**What it does.** Rectified canvas of a facade (48 px a storey, 48 px a bay, BGR uint8) → per cell six "
        "ordered stages (void, formwork, structure, infill, base, finished), three covers, occluded or not. "
        "Why it is built so: `docs/decisions/0005-cell-network.md`.\n",
        f"**Trained on** {taught['source']}: {taught['scenes']} scenes, {taught['faces']} faces in frames, "
        f"{taught['held_scenes']} scenes of them kept aside for calibration; {taught['epochs']} epochs. "
        "No photograph was used. Nobody's weights were used.\n",
        "**All figures below are of synthetic renders**, whose asset families were never trained on. Transfer to real "
        "sites has not been measured. Known limits: fog, night and faces more than a third hidden are the worst "
        "strata; infill, base and finished are told apart least well; no renovation, no road; the kind of occluder is "
        "not told. Scenes seen only a few times weeks apart (the hold-out) are rightly held uncertain.\n",
        *(section(title, report) for title, report in reports.items()),
        "## Recall by stage, hold-out\n\n" + recalls(next(iter(reports.values()))) if reports else "",
        "\n## How to make it again\n\n```\npython -m training.scenes render --split train --out DIR\n"
        "python -m training.train --data DIR --out RUN\npython -m training.baseline --data DIR\n"
        "python -m training.export --run RUN --data DIR\npython -m training.evaluate HOLDOUT --json H.json\n"
        "python -m training.card --holdout H.json\n```\n",
    ]
    return "\n".join(parts)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--work-type", default="new_build")
    parser.add_argument("--holdout", type=Path)
    parser.add_argument("--demo", type=Path)
    given = parser.parse_args()
    entry = json.loads((given.models / "manifest.json").read_text())["models"][given.work_type]
    titles = {
        "Hold-out (asset families never trained on)": given.holdout,
        "Demo footage (never trained on)": given.demo,
    }
    reports = {title: json.loads(path.read_text()) for title, path in titles.items() if path}
    for title, report in reports.items():
        if report["model_sha256"] != entry["sha256"]:
            raise SystemExit(
                f"{title}: measured on {report['model_sha256'][:12]}, the manifest has {entry['sha256'][:12]}"
            )
    (given.models / f"{given.work_type}.md").write_text(card(entry, reports))


if __name__ == "__main__":
    main()
