"""`python -m training.scenes`: render training and hold-out scenes, the demo district, the hold-out list."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from training.scenes.assets import SPLIT_IDS
from training.scenes.demo.render import render_demo, settle, todo
from training.scenes.holdout import FRAMES, SCENES, holdout_text
from training.scenes.produce import RASTERISED, RENDERERS, Job, missing, render_all, rewrite_truth

app = typer.Typer(add_completion=False, help="The scene generator of siteprogress.")


def _bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@app.command()
def render(
    out: Annotated[Path, typer.Option(help="data set folder to fill")],
    split: Annotated[str, typer.Option(help="train or holdout")] = "train",
    work_type: Annotated[str, typer.Option(help="new_build, renovation or road")] = "new_build",
    first: Annotated[int, typer.Option(min=0)] = 0,
    count: Annotated[int, typer.Option(min=1)] = 1,
    frames_per_scene: Annotated[int, typer.Option(min=1)] = 4,
    jobs: Annotated[int, typer.Option(min=1, help="processes of one thread each")] = 2,
    samples: Annotated[int, typer.Option(min=0, help="paths a pixel; 0: 1 to 3, by scene")] = 0,
    bare: Annotated[bool, typer.Option(help="without cranes, trees, vehicles, nets and scaffold")] = False,
    renderer: Annotated[str, typer.Option(help="cycles, or raster: fast, for training only")] = "cycles",
) -> None:
    """Render scenes FIRST … FIRST+COUNT-1 of a split; those that are already there are left alone."""
    if split not in SPLIT_IDS or split == "demo":
        raise typer.BadParameter(f"split {split!r}, expected train or holdout")
    if renderer not in RENDERERS or (renderer == "raster" and split not in RASTERISED):
        raise typer.BadParameter(f"renderer {renderer!r} for {split}, expected cycles, or raster with split train")
    if split == "holdout" and (first + count > SCENES or frames_per_scene != FRAMES):
        raise typer.BadParameter(f"the hold-out has scenes 0 to {SCENES - 1} of {FRAMES} frames (training/HOLDOUT.txt)")
    every = [
        Job(
            split=split,
            work_type=work_type,
            number=n,
            frames=frames_per_scene,
            out=out,
            samples=samples,
            bare=bare,
            renderer=renderer,
        )
        for n in range(first, first + count)
    ]
    todo = missing(every)
    with _bar() as bar:
        task = bar.add_task(f"scenes of {split}", total=len(every), completed=len(every) - len(todo))
        for _ in render_all(todo, processes=jobs):
            bar.advance(task)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="data set folder to fill")],
    jobs: Annotated[int, typer.Option(min=1, help="processes of one thread each")] = 2,
    samples: Annotated[int, typer.Option(min=1, help="paths a pixel")] = 5,
    every: Annotated[int, typer.Option(min=1, help="only each so-many-th frame, for a look")] = 1,
) -> None:
    """Render the demo district: three cameras, 62 days, two frames a day; frames that are there are left alone."""
    out.mkdir(parents=True, exist_ok=True)
    chunks = todo(out, every=every, samples=samples)
    with _bar() as bar:
        task = bar.add_task("demo frames", total=sum(len(chunk.places) for chunk in chunks))
        for count in render_demo(chunks, processes=jobs):
            bar.advance(task, count)
    typer.echo(f"complete scenes put in place: {', '.join(settle(out)) or 'none'}")


@app.command()
def truth(out: Annotated[Path, typer.Option(help="data set folder")]) -> None:
    """Write truth.json anew for the scenes that are there; no picture is touched."""
    count = sum(1 for _ in rewrite_truth(out))
    typer.echo(f"truth written anew for {count} scenes")


@app.command()
def holdout_list(path: Annotated[Path, typer.Option()] = Path("training/HOLDOUT.txt")) -> None:
    """Write the hold-out list: its scene ids, its asset families and one sha256 over both."""
    path.write_text(holdout_text(), encoding="utf-8")


if __name__ == "__main__":
    app()
