"""models/manifest.json: which weights there are for which work type, and what each promises."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.vision.errors import ModelError
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX
from edge_agent.vision.stages import COVERS, OCCLUDERS, stages_of
from wire.scene.reading import first_place, first_problem

SCHEMA = "siteprogress.models/2"
KNOWN_FORMAT = 3  # the newest model format that this agent understands; an entry's `needs` may not be above it

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(min_length=1)]
Precision = Literal["fp32", "int8"]


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class CanvasSpec(_Manifest):
    """The canvas the weights were trained on, pixels; must be the one `rectify` makes."""

    cell_px: int
    margin_above_px: int
    margin_below_px: int
    margin_side_px: int


class Variant(_Manifest):
    """The same weights in one number format."""

    file: FileName
    sha256: Sha256


class Conformal(_Manifest):
    """Factor (1/10000) on sigma by which the interval of `level` covers held-out buildings."""

    level: Annotated[float, Field(gt=0, lt=1)]
    factor_bp: Annotated[int, Field(gt=0, le=200_000)]
    buildings: Annotated[int, Field(ge=1)]


class ModelEntry(_Manifest):
    """The weights of one work type. `head` names its stage output; `occluders` is empty where no head tells kinds.

    `file` and `sha256` are the fp32 weights; `variants` holds every number format by precision, and `preferred` is the
    one taken unless the settings ask for another.
    """

    file: FileName
    sha256: Sha256
    head: Annotated[str, Field(min_length=1)] = "stage"
    stages: tuple[str, ...]
    covers: tuple[str, ...]
    occluders: tuple[str, ...] = ()
    canvas: CanvasSpec
    needs: Annotated[int, Field(ge=1)] = KNOWN_FORMAT
    stage_temperature: Annotated[float, Field(gt=0.05, lt=20)] = 1.0
    sigma_floor_bp: Annotated[int, Field(ge=0, le=5000)] = 200
    sigma_scale: Annotated[float, Field(gt=0, le=20)] = 1.0
    conformal: Conformal | None = None
    variants: dict[Precision, Variant] = Field(default_factory=dict)
    preferred: Precision = "fp32"

    def variant(self, precision: Precision | None) -> Variant | None:
        """The asked number format (None: the preferred one); None when these weights do not come in it."""
        wanted = precision or self.preferred
        plain = Variant(file=self.file, sha256=self.sha256)
        return self.variants.get(wanted, plain if wanted == "fp32" else None)


def read_entry(models: Path, *, work_type: str) -> ModelEntry:
    """The checked entry of a work type; ModelError says what is missing, malformed, or newer than this agent."""
    path = models / "manifest.json"
    raw = _read(path)
    schema = raw.get("schema")
    if schema != SCHEMA:
        raise ModelError(file=str(path), reason=f"is of schema {schema!r}, this agent reads {SCHEMA}")
    entries = raw.get("models")
    if not isinstance(entries, dict):
        raise ModelError(file=str(path), reason="models: expected one object of weights per work type")
    if work_type not in entries:
        reason = f"names no weights for work type {work_type!r}; it has {', '.join(entries) or 'none'}"
        raise ModelError(file=str(path), reason=reason)
    _check_format(entries[work_type], file=f"{path}: models.{work_type}")
    try:
        entry = ModelEntry.model_validate(entries[work_type])
    except ValidationError as error:
        reason = f"models.{work_type}.{first_place(error)}: {first_problem(error)}"
        raise ModelError(file=str(path), reason=reason) from error
    _check_format({"needs": entry.needs}, file=f"{path}: models.{work_type}")  # a "3" is a 3 as well
    _check_words(entry, work_type=work_type, file=f"{path}: models.{work_type}")
    return entry


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(file=str(path), reason=f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(file=str(path), reason=f"is no JSON text: {error}") from error
    if not isinstance(raw, dict):
        raise ModelError(file=str(path), reason=f"is no {SCHEMA} manifest: expected an object")
    return raw


def _check_format(raw: object, *, file: str) -> None:
    """Told before anything else is read: a newer format may look different in every other field."""
    needs = raw.get("needs") if isinstance(raw, dict) else None
    if isinstance(needs, int) and needs > KNOWN_FORMAT:
        reason = f"needs model format {needs}, this agent knows up to {KNOWN_FORMAT}: update the agent first"
        raise ModelError(file=file, reason=reason)


def _check_words(entry: ModelEntry, *, work_type: str, file: str) -> None:
    stages = stages_of(work_type).names
    if entry.stages != stages:
        raise ModelError(file=file, reason=f"stages {entry.stages}, expected {stages}")
    if entry.covers != COVERS:
        raise ModelError(file=file, reason=f"covers {entry.covers}, expected {COVERS}")
    if entry.occluders not in ((), OCCLUDERS):
        raise ModelError(file=file, reason=f"occluders {entry.occluders}, expected none or {OCCLUDERS}")
    made = CanvasSpec(
        cell_px=CELL_PX,
        margin_above_px=MARGIN_ABOVE_PX,
        margin_below_px=MARGIN_BELOW_PX,
        margin_side_px=MARGIN_SIDE_PX,
    )
    if entry.canvas != made:
        raise ModelError(file=file, reason=f"canvas {entry.canvas}, this version rectifies to {made}")
