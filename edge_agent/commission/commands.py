"""`siteprogress-edge commission`: guess a face, correct it, look at it, check it; without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from edge_agent.commission.arguments import Corrections, UsageError, edits_of, lens_of
from edge_agent.commission.telling import out, tell_findings, tell_guess
from edge_agent.errors import EdgeError
from edge_agent.writing import why_unwritable, write_whole
from wire.scene.words import spoken

if TYPE_CHECKING:
    from edge_agent.vision.frame import Frame, Image

EXIT_WRONG, EXIT_USAGE = 1, 2

app = typer.Typer(
    no_args_is_help=True,
    help="Mark once what a camera sees: storey lines and bays, guessed from a frame, corrected by a person.",
)
err = Console(stderr=True)

Source = Annotated[str, typer.Argument(help="image, folder (its newest image), or rtsp:// or http:// address")]
SceneFile = Annotated[Path, typer.Argument(help="scene.json")]
PreviewFile = Annotated[Path | None, typer.Option("--preview", help="draw the result here (.jpg or .png)")]
Username = Annotated[str | None, typer.Option("--username", help="for an address that asks for a login")]
PasswordFile = Annotated[Path | None, typer.Option("--password-file", help="file holding the password, one line")]
Lang = Annotated[str, typer.Option("--lang", help="zh, en or both")]


@app.command()
def guess(
    frame: Source,
    *,
    out_file: Annotated[Path, typer.Option("--out", "-o", help="scene.json to write")],
    quad: Annotated[
        str | None, typer.Option(help='"x,y x,y x,y x,y" from lower left, anticlockwise; guessed when absent')
    ] = None,
    near: Annotated[str | None, typer.Option(help='"x,y" on the facade to look for when no quad is given')] = None,
    rows: Annotated[int | None, typer.Option(help="storeys in all (road: sections)")] = None,
    cols: Annotated[int | None, typer.Option(help="bays (road: lanes)")] = None,
    above: Annotated[int, typer.Option(min=0, help="storeys that are still to come above the quad")] = 0,
    face: Annotated[str, typer.Option(help="id of the face")] = "A-front",
    building: Annotated[str, typer.Option(help="building it belongs to")] = "A",
    work_type: Annotated[str, typer.Option(help="new_build, renovation or road")] = "new_build",
    camera: Annotated[str, typer.Option(help="id of the camera")] = "cam-1",
    scene_id: Annotated[str | None, typer.Option("--scene", help="id of the scene; the camera's when absent")] = None,
    lens: Annotated[str | None, typer.Option(help='"k1,k2" where they are known')] = None,
    add: Annotated[
        bool, typer.Option("--add", help="add the face to the scene that is there, whose camera and work type hold")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="replace the scene that is there")] = False,
    anchors: Annotated[bool, typer.Option("--anchors/--no-anchors", help="propose anchors off the building")] = True,
    preview: PreviewFile = None,
    report: Annotated[Path | None, typer.Option(help="write what was guessed, and how surely, as JSON")] = None,
    save_frame: Annotated[Path | None, typer.Option(help="keep the frame of a stream here (.png)")] = None,
    username: Username = None,
    password_file: PasswordFile = None,
) -> None:
    """Guess a face from one frame. What is guessed and how surely is listed; look at the preview before using it."""
    from edge_agent.commission.guessing import guessed_face, quad_for, started, with_face

    with _told():
        _expect_writable(out_file, preview, report, save_frame)
        if out_file.exists() and not (add or force):
            raise UsageError(f"{out_file} exists; expected --add (another face) or --force (a new scene)")
        taken = _take(frame, username=username, password_file=password_file)
        if save_frame is not None:
            _write_image(save_frame, taken.image)
        old = out_file if add and out_file.exists() else None
        start = started(old, taken.image, camera=camera, scene_id=scene_id, face=face)
        start["work_type"] = start["work_type"] if old else work_type
        start["camera"] |= lens_of(lens)
        given, proposed = quad_for(taken.image, quad, near=near, work_type=start["work_type"])
        guessed = guessed_face(taken.image, given, start, rows=rows, cols=cols, above=above)
        scene, kept = with_face(start, guessed, taken.image, face=face, building=building, anchors=anchors)
        _write(scene, out_file, image=taken.image, preview=preview)
        if report is not None:
            body = {"quad_guess": proposed.to_json() if proposed else None, "face": guessed.to_json(), "anchors": kept}
            write_whole(report, json.dumps(body, ensure_ascii=False, indent=1))
    tell_guess(guessed, proposed, anchors=kept)
    out.print(f"{out_file} written", markup=False, soft_wrap=True)


@app.command()
def edit(
    scene_file: SceneFile,
    *,
    face: Annotated[
        str | None, typer.Option(help="the face the corrections are for; needed when there are several")
    ] = None,
    move_row: Annotated[
        list[str] | None, typer.Option(help='storey line anew: "3: x,y x,y x,y", left to right; line 0 is the ground')
    ] = None,
    open_row: Annotated[list[int] | None, typer.Option(help="storey line that cannot be seen yet")] = None,
    move_col: Annotated[list[str] | None, typer.Option(help='bay line anew: "2: x,y x,y", bottom to top')] = None,
    rows: Annotated[int | None, typer.Option(help="another number of storeys; lines between are left open")] = None,
    cols: Annotated[int | None, typer.Option(help="another number of bays, equally wide")] = None,
    shift: Annotated[str | None, typer.Option(help='"dx,dy" pixels for the whole face')] = None,
    rename: Annotated[str | None, typer.Option(help="another id for the face")] = None,
    building: Annotated[str | None, typer.Option(help="another building for the face")] = None,
    remove_face: Annotated[bool, typer.Option("--remove-face", help="take the face out")] = False,
    add_anchor: Annotated[list[str] | None, typer.Option(help='"x,y x,y x,y …" off the building')] = None,
    remove_anchor: Annotated[int | None, typer.Option(min=1, help="anchor by its number in the preview")] = None,
    add_mask: Annotated[list[str] | None, typer.Option(help='privacy mask "x,y x,y x,y …"')] = None,
    remove_mask: Annotated[int | None, typer.Option(min=1, help="privacy mask by its number, from 1")] = None,
    lens: Annotated[str | None, typer.Option(help='"k1,k2"')] = None,
    straight: Annotated[
        list[str] | None, typer.Option(help='"x,y x,y x,y …" on a line that is straight on site: k1, k2 are estimated')
    ] = None,
    edits: Annotated[Path | None, typer.Option(help="JSON list of edits, as the web page makes them")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", "-o", help="write here instead of over the file")] = None,
    frame: Annotated[str | None, typer.Option(help="frame for --preview")] = None,
    preview: PreviewFile = None,
) -> None:
    """Correct a scene. Nothing is written unless every correction can be made."""
    corrections = Corrections(
        face=face,
        move_row=tuple(move_row or ()),
        open_row=tuple(open_row or ()),
        move_col=tuple(move_col or ()),
        rows=rows,
        cols=cols,
        shift=shift,
        rename=rename,
        building=building,
        remove_face=remove_face,
        add_anchor=tuple(add_anchor or ()),
        remove_anchor=remove_anchor,
        add_mask=tuple(add_mask or ()),
        remove_mask=remove_mask,
        lens=lens,
        straight=tuple(straight or ()),
        edits=edits,
    )
    _correct(scene_file, corrections, out_file or scene_file, frame=frame, preview=preview)


def _correct(
    scene_file: Path, corrections: Corrections, out_file: Path, *, frame: str | None, preview: Path | None
) -> None:
    from edge_agent.vision.scene import load_scene
    from wire.scene.edits import apply_edit
    from wire.scene.spelling import scene_json

    with _told():
        if preview is not None and frame is None:
            raise UsageError("--preview needs --frame, expected both")
        _expect_writable(out_file, preview)
        scene = load_scene(scene_file)
        asked = edits_of(corrections, scene)
        for one in asked:
            scene = apply_edit(scene, one)
        image = None if frame is None else _take(frame).image
        _write(scene_json(scene), out_file, image=image, preview=preview)
    if corrections.straight:
        out.print(f"lens estimated: k1 {scene.camera.k1}, k2 {scene.camera.k2}")
    out.print(f"{len(asked)} corrections, {out_file} written", markup=False, soft_wrap=True)


@app.command("preview")
def draw(
    scene_file: SceneFile,
    frame: Source,
    out_file: Annotated[Path, typer.Option("--out", "-o", help="picture to write (.jpg or .png)")],
    username: Username = None,
    password_file: PasswordFile = None,
) -> None:
    """Draw the grid over a frame, the rectified faces beside it."""
    from edge_agent.commission.preview import draw_preview
    from edge_agent.vision.scene import load_scene

    with _told():
        _expect_writable(out_file)
        scene = load_scene(scene_file)
        taken = _take(frame, username=username, password_file=password_file)
        _write_image(out_file, draw_preview(taken.image, scene))
    out.print("hatched: S < 16 px a storey, O > 70 degrees, F out of the frame, M masked; dashed: extrapolated")
    out.print("斜线格: S 每层不足 16 像素, O 斜视超过 70 度, F 在画面外, M 遮罩; 虚线: 推算")
    out.print(f"{out_file} written", markup=False, soft_wrap=True)


@app.command()
def check(
    scene_file: SceneFile,
    frame: Annotated[str | None, typer.Argument(help="image, folder or address; without one only the file")] = None,
    *,
    lang: Lang = "both",
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="exit 1 on what should be looked at, too")] = False,
    username: Username = None,
    password_file: PasswordFile = None,
) -> None:
    """Say what is wrong with a scene, in words; exit 1 when the agent could not use it."""
    from wire.scene.findings import check_scene

    with _told():
        if lang not in ("zh", "en", "both"):
            raise UsageError(f"--lang {lang}; expected zh, en or both")
        image = None if frame is None else _take(frame, username=username, password_file=password_file).image
        found = check_scene(_raw_scene(scene_file), image)
    if as_json:
        typer.echo(json.dumps([spoken(finding) for finding in found], ensure_ascii=False))
    else:
        tell_findings(found, lang=lang)
    bad = {"error", "warning"} if strict else {"error"}
    if any(finding.severity in bad for finding in found):
        raise typer.Exit(EXIT_WRONG)


@app.command()
def measure(
    dataset: Annotated[Path, typer.Argument(help="folder with scenes/SCENE_ID/{scene.json,frames}")],
    noise_px: Annotated[float, typer.Option(min=0, help="the quad is off by up to so much")] = 6.0,
    seed: Annotated[int, typer.Option()] = 7,
    json_file: Annotated[Path | None, typer.Option("--json", help="write each face's figures here as well")] = None,
) -> None:
    """How well faces are guessed, on scenes that a person has commissioned."""
    from edge_agent.commission.measure import measure_dataset, summary, to_json

    found = []
    with _told(), err.status("guessing") as status:
        _expect_writable(json_file)
        for one in measure_dataset(dataset, noise_px=noise_px, seed=seed):
            found.append(one)
            status.update(f"guessing {len(found)} {one.scene_id}")
        if json_file is not None:
            body = {"summary": summary(found), "faces": [to_json(one) for one in found]}
            write_whole(json_file, json.dumps(body, indent=1))
    typer.echo(json.dumps(summary(found), indent=1))


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong becomes one line in words and an exit code."""
    from edge_agent.vision.errors import VisionError
    from wire.scene.errors import SceneError

    try:
        yield
    except UsageError as wrong:
        err.print(str(wrong), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_USAGE) from wrong
    except OSError as wrong:
        where = wrong.filename or "file"
        message = f"{where}: {wrong.strerror or wrong}; expected a file this user may read and write"
        err.print(message, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_WRONG) from wrong
    except (SceneError, VisionError, EdgeError, ValueError) as wrong:
        err.print(str(wrong), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_WRONG) from wrong


def _expect_writable(*paths: Path | None) -> None:
    """Told before any work is done; UsageError names the first that cannot be written."""
    for path in filter(None, paths):
        if reason := why_unwritable(path):
            raise UsageError(reason)


def _take(source: str, *, username: str | None = None, password_file: Path | None = None) -> Frame:
    from edge_agent.commission.picture import take_frame

    return take_frame(source, username=username, password_file=password_file)


def _write(scene: dict[str, Any], path: Path, *, image: Image | None, preview: Path | None) -> None:
    from edge_agent.commission.preview import draw_preview
    from edge_agent.commission.scene_file import write_scene
    from edge_agent.vision.scene import parse_scene

    parsed = parse_scene(scene, file=str(path))
    if preview is not None and image is not None:
        _write_image(preview, draw_preview(image, parsed))
    write_scene(scene, path)


def _write_image(path: Path, image: Image) -> None:
    import cv2

    if path.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        raise UsageError(f"{path} is no picture name; expected .jpg or .png")
    done, data = cv2.imencode(path.suffix.lower(), image)
    if not done:
        raise ValueError(f"{path}: picture of {image.shape[1]} x {image.shape[0]} px could not be encoded")
    path.write_bytes(bytes(data))


def _raw_scene(path: Path) -> dict[str, Any]:
    """The decoded file; what is no JSON object is refused as the eye would."""
    from edge_agent.vision.json_file import read_json
    from wire.scene.errors import SceneError

    try:
        raw = read_json(path)
    except (ValueError, RecursionError) as error:
        raise SceneError(file=str(path), where="(file)", expected=f"JSON text: {error}") from error
    if not isinstance(raw, dict):
        raise SceneError(file=str(path), where="(root)", expected=f"an object (got {type(raw).__name__})")
    return raw
