"""Writes models/NAME.md, the card of shipped weights, from what runs and evaluations wrote down.

`python -m training.card --run RUN --holdout H.json --demo D.json [--seed RUN …] [--seed-report S.json …] [--ablation
RUN …]`: no figure is typed by hand; an evaluation of other weights is refused.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.card_tables import (
    estimators_table,
    gap_table,
    ladders_table,
    limits,
    recall_table,
    runs_table,
    seeds_table,
    strata_table,
    table,
    targets_table,
)

ABLATIONS_FILE = "ablations.json"  # of all weights, kept beside them: the runs themselves are not
HOLDOUT, DEMO = "Hold-out (asset families never trained on)", "Demo footage (never trained on)"
ANOTHER = "Drawn by another hand"
WHAT = {
    "none": "nothing changed",
    "weather": "without weather heads",
    "distractors": "without distractors",
    "light": "without light augmentation",
    "constant_channels": "with constant position channels",
    "resolution": "24 px a cell",
    "own_light": "without the canvas in its own light",
    "first_look": "compared with no first look",
    "paint": "without other paints for each stage",
    "veil": "without scaffold drawn over bare walls",
}
SAYS = (
    "**What it does.** Rectified canvas of a face (48 px a row, 48 px a column, BGR uint8) → per cell the ordered "
    "stages of its work type, three covers, hidden or not, and by what. One backbone, a small stage head per work "
    "type (`docs/decisions/0005-cell-network.md`); each look is compared with how the face first looked, "
    "where that is known (`docs/decisions/0044-compared-with-its-first-look.md`)."
)
SYNTHETIC = (
    "**All figures are of synthetic renders.** No photograph was used in training, nobody's weights were used. How "
    "well it transfers to real sites has not been measured: nothing here is a promise about your site. Measure "
    "on your own footage with `siteprogress-edge evaluate`."
)
ABLATED = (
    "One thing changed in each run. Every run of a table began from nothing, learnt the same short epochs of all three "
    "kinds of work and is far from done: compare the rows of one table with one another and with nothing else. Scenes "
    "held aside, single frame. Weights of before `docs/decisions/0056-a-canvas-in-its-own-light.md` (834068 "
    "parameters) take each canvas once and not in its own light."
)
AGAIN = """## How to make it again

The runs are not kept; `--start models/cells.onnx` goes on from what ships, without `--start` it takes longer to learn
the same, and gives other weights. What helped and what did not: `docs/decisions/0045-more-estates-drawn-by-paths.md`,
`docs/decisions/0047-another-run-for-estates.md`, `docs/decisions/0050-a-second-hand.md`,
`docs/decisions/0058-a-deeper-network-for-estates-and-roads.md`.

```
python -m training.scenes render --split train --work-type KIND [--renderer raster] --out DIR
python -m training.train --data DIR [--data DIR2 --mix SHARE …] --sketches 0.5 [--start RUN0/last.pt | X.onnx] --out RUN
python -m training.soup --run RUN0 --run RUN --out MEAN     # where what ships is the mean of both
python -m training.baseline --data DIR
python -m training.export --run RUN --data DIR
python -m training.evaluate HOLDOUT --compare HELD --json H.json
python -m training.card --run RUN --holdout H.json
```
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a card is written from. `reports` by title; runs as `run_facts` gives them."""

    manifest: Mapping[str, Any]
    reports: Mapping[str, Mapping[str, Any]]
    run: Mapping[str, Any] | None
    seeds: Sequence[Mapping[str, Any]] = ()
    seed_reports: Sequence[Mapping[str, Any]] = ()
    ablations: Sequence[Sequence[Mapping[str, Any]]] = ()


def card(facts: Facts) -> str:
    """The whole card."""
    parts = [heading(facts.manifest), SAYS, SYNTHETIC, trained(facts)]
    for title, report in facts.reports.items():
        parts.append(section(title, report))
    if facts.seeds or facts.seed_reports:
        parts.append("## Seeds")
        parts += [runs_table(facts.seeds)] if facts.seeds else []
        parts += [seeds_table(facts.seed_reports)] if facts.seed_reports else []
    if facts.ablations:
        parts += ["## Ablations", ABLATED, *map(runs_table, facts.ablations)]
    return "\n\n".join([*parts, AGAIN])


def heading(manifest: Mapping[str, Any]) -> str:
    """Files, sums, size and speed."""
    entries = manifest["models"]
    first = next(iter(entries.values()))
    rows = [[name, each["file"], f"`{each['sha256']}`", speed(first, name)] for name, each in first["variants"].items()]
    shipped = [
        f"# {first['file']}: what stands, cell by cell",
        f"{first.get('parameters')} parameters · taken unless asked otherwise: "
        + ", ".join(f"{entry['preferred']} for {kind}" for kind, entry in entries.items()),
        table(["precision", "file", "sha256", "processor ms, 10 x 10 cells, one thread"], rows),
        table(
            ["work", "stages", "temperature", "sigma floor", "sigma scale", "conformal factor", "buildings"],
            [calibration_row(kind, entry) for kind, entry in entries.items()],
        ),
    ]
    if "int8" in first:
        moved = [
            f"{kind} {entry['int8']['mae_fp32_pp']} → {entry['int8']['mae_int8_pp']}" for kind, entry in entries.items()
        ]
        taken = "accepted" if first["int8"]["accepted"] else "refused"
        shipped.append(f"int8 against fp32, mean error of held faces in points: {', '.join(moved)}: {taken}.")
        held = [
            f"{kind} {entry['int8']['held_moved_pp']}"
            for kind, entry in entries.items()
            if "held_moved_pp" in entry["int8"]
        ]
        if held:
            shipped.append(f"By so many points int8 moves what is held on episodes, which decides: {', '.join(held)}.")
    return "\n\n".join(shipped)


def speed(entry: Mapping[str, Any], precision: str) -> object:
    """Milliseconds as measured at export."""
    return entry.get("int8", {}).get(f"{precision}_ms")


def calibration_row(kind: str, entry: Mapping[str, Any]) -> list[object]:
    """What was fitted for one work type."""
    conformal = entry.get("conformal") or {}
    stages = " · ".join(entry["stages"])
    spread = [entry["sigma_floor_bp"], entry["sigma_scale"], conformal.get("factor_bp"), conformal.get("buildings")]
    return [kind, stages, entry["stage_temperature"], *spread]


def trained(facts: Facts) -> str:
    """Data and training."""
    columns = {
        "scenes": "scenes",
        "path_traced_scenes": "path-traced",
        "rasterised_scenes": "rasterised",
        "faces": "faces in frames",
        "held_scenes": "scenes held aside",
        "sketch_share": "share drawn flat",
        "epochs": "epochs",
        "seed": "seed",
        "started_from": "started from the weights of run",
    }
    entries = facts.manifest["models"]
    rows = [[kind, *(entry["trained_on"].get(key) for key in columns)] for kind, entry in entries.items()]
    source = next(iter(entries.values()))["trained_on"]["source"]
    lines = ["## Data and training", f"Source: {source}.", table(["work", *columns.values()], rows)]
    if facts.run:
        run = facts.run
        lines.append(
            f"{run['learnt']} canvases learnt in {run['minutes']} minutes of training, seed {run['seed']}, shares of "
            f"the data sets {run['mix'] or 'by size'}; last loss {run['loss']}."
        )
    return "\n\n".join(lines)


def section(title: str, report: Mapping[str, Any]) -> str:
    """One data set: what was asked, every estimator, limits, strata, recall, known errors, leakage."""
    every = report["all"]
    network, chain = report.get("network_ms_per_face") or {}, report.get("ms_per_face") or {}
    parts = [
        f"## {title}",
        f"`{report['dataset']}`: {report['scenes']} scenes, {report['frames']} frames, {report['faces_scored']} looks "
        f"at a face, {every['buildings']} buildings. Coverage {every['coverage']}, abstained {every['abstained']}, "
        f"the 90 % interval covers {every['interval_90_covers']}. Median ms a face, as the machine was: network "
        f"{network.get('median')}, whole chain {chain.get('median')}.",
        targets_table(report),
        estimators_table(report),
        "**What it cannot do, here:**\n\n" + "\n".join(f"- {line}" for line in limits(report)),
        "### Recall by stage",
        *(recall_table(report, kind=kind) for kind in report["stages"]),
        "### Strata (network and features: single frame)",
        strata_table(report),
    ]
    if report.get("disturbed"):
        parts += ["### Known errors applied", ladders_table(report)]
    if report.get("compare"):
        parts += [f"### Leakage gap: this minus `{report['compare']['dataset']}`", gap_table(report)]
    return "\n\n".join(parts)


def run_facts(run: Path) -> dict[str, Any]:
    """What a run was asked for and where it ended, from plan.json and log.jsonl."""
    plan = json.loads((run / "plan.json").read_text())
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return {
        "name": WHAT[plan["ablate"]],
        "seed": plan["seed"],
        "minutes": plan["minutes"],
        "mix": plan["mix"],
        "learnt": sum(row["learnt"] for row in rows),
        "loss": rows[-1]["loss"],
        "held": rows[-1]["held"],
    }


def only_of(manifest: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The manifest with the entries of one file of weights; SystemExit when it names none."""
    entries = {kind: entry for kind, entry in manifest["models"].items() if entry["file"] == file}
    if not entries:
        raise SystemExit(f"the manifest names no work type for {file}")
    return {**manifest, "models": entries}


def report_of(path: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation; SystemExit when it measured other weights than the manifest's."""
    report: dict[str, Any] = json.loads(path.read_text())
    ours = {each["sha256"] for entry in manifest["models"].values() for each in entry["variants"].values()}
    for kind, sha256 in report["models"].items():
        if sha256 not in ours:
            raise SystemExit(f"{path}: {kind} was measured on {sha256[:12]}, the manifest has {sorted(ours)[0][:12]}…")
    return report


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--name", default="cells", help="of the weights: models/NAME.onnx")
    parser.add_argument("--run", type=Path, help="the run whose weights are shipped")
    parser.add_argument("--holdout", type=Path, action="append", default=[], help="evaluation JSON; may be given again")
    parser.add_argument("--another", type=Path, action="append", default=[], help="evaluation of others' footage")
    parser.add_argument("--demo", type=Path)
    parser.add_argument("--seed", type=Path, action="append", default=[], help="a run of the same plan, another seed")
    parser.add_argument("--seed-report", type=Path, action="append", default=[], help="hold-out evaluated with it")
    parser.add_argument("--ablation", type=Path, action="append", help="an ablation's run; a call adds one table")
    given = parser.parse_args()
    kept = given.models / ABLATIONS_FILE
    if given.ablation:
        before = json.loads(kept.read_text()) if kept.exists() else []
        kept.write_text(json.dumps([*before, list(map(run_facts, given.ablation))], indent=1) + "\n")
    manifest = only_of(json.loads((given.models / "manifest.json").read_text()), f"{given.name}.onnx")
    named = [(HOLDOUT if len(given.holdout) == 1 else f"{HOLDOUT}: {path.stem}", path) for path in given.holdout]
    named += [(f"{ANOTHER}: {path.stem}", path) for path in given.another]
    named += [(DEMO, given.demo)] if given.demo else []
    facts = Facts(
        manifest=manifest,
        reports={title: report_of(path, manifest) for title, path in named},
        run=run_facts(given.run) if given.run else None,
        seeds=tuple(map(run_facts, given.seed)),
        seed_reports=tuple(json.loads(path.read_text()) for path in given.seed_report),
        ablations=tuple(json.loads(kept.read_text())) if kept.exists() else (),
    )
    (given.models / f"{given.name}.md").write_text(card(facts))


if __name__ == "__main__":
    main()
