"""What the eye remembers of one camera between frames, as bytes for the edge's own disk."""

import io
import json
from dataclasses import dataclass, field, replace
from zipfile import BadZipFile

import numpy as np

from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.filter import FaceBelief
from edge_agent.vision.first_look import FirstLooks
from edge_agent.vision.last_look import LastLook
from edge_agent.vision.quality import QualityHistory
from edge_agent.vision.registration import Reference, ReferenceBank
from edge_agent.vision.remembered import history_arrays, history_header, history_of, older_history
from edge_agent.vision.scene import Face
from edge_agent.vision.sun import LightByHour
from edge_agent.vision.tops import blank_top

FORMAT = "siteprogress.camera-memory/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMemory:
    """Quality history, reference bank, the belief about each face by face_id, and how each first and last looked. The
    default knows nothing.

    `view` names the commissioning it was gathered under (`see.view_of`), "" where that is not told.
    """

    quality: QualityHistory = field(default_factory=QualityHistory)
    bank: ReferenceBank = field(default_factory=ReferenceBank)
    faces: tuple[tuple[str, FaceBelief], ...] = ()
    first_looks: tuple[FirstLooks, ...] = ()
    last_looks: tuple[LastLook, ...] = ()
    view: str = ""

    def under(self, view: str) -> "CameraMemory":
        """The memory to look with under a commissioning. A person who marks the faces anew vouches for the view: what
        was compared with the old one is let go, what is held of the cells, how they first looked and the course of
        time are not.
        """
        if self.view in ("", view):
            return replace(self, view=view)
        quality = replace(self.quality, sharpness=(), clear_thumbnail=b"", light=LightByHour())
        return replace(self, view=view, quality=quality, bank=ReferenceBank(), last_looks=())

    def belief(self, face_id: str) -> FaceBelief | None:
        """The belief about a face, None if it was never looked at."""
        return dict(self.faces).get(face_id)

    def first_looks_at(self, face: Face) -> FirstLooks | None:
        """How a face first looked, None before it was seen well or when it has other rows and columns since."""
        for looks in self.first_looks:
            if (looks.face_id, looks.rows, looks.cols) == (face.face_id, face.rows, face.cols):
                return looks
        return None

    def last_look_at(self, face: Face) -> LastLook | None:
        """How the cells of a face last looked, None before any was seen or when it has other rows and columns since."""
        for look in self.last_looks:
            if (look.face_id, *look.seen_s.shape) == (face.face_id, face.rows, face.cols):
                return look
        return None

    def to_bytes(self) -> bytes:
        """Everything, without pickling; `from_bytes` gives an equal memory back."""
        arrays: dict[str, np.ndarray] = dict(history_arrays(self.quality))
        for i, (_, belief) in enumerate(self.faces):
            arrays[f"phases{i}"], arrays[f"seen_s{i}"] = belief.phases, belief.seen_s
            arrays[f"looks{i}"], arrays[f"top{i}"] = belief.looks, belief.top
            arrays[f"top_s{i}"], arrays[f"reach{i}"] = np.array(belief.top_s), np.array(belief.reach)
            arrays[f"said_bp{i}"] = np.array(belief.said_bp)
        for i, first in enumerate(self.first_looks):
            for n, jpeg in enumerate(first.jpegs):
                arrays[_first_name(i, n)] = np.frombuffer(jpeg, np.uint8)
        for i, last in enumerate(self.last_looks):
            arrays[f"last{i}"], arrays[f"last_s{i}"] = np.frombuffer(last.jpeg, np.uint8), last.seen_s
        for i, ref in enumerate(self.bank.references):
            arrays[f"look{i}"] = np.frombuffer(ref.jpeg, np.uint8)
        if self.bank.latest is not None:
            arrays["latest"] = np.frombuffer(self.bank.latest.jpeg, np.uint8)
        arrays["header"] = np.frombuffer(json.dumps(self._header()).encode(), np.uint8)
        out = io.BytesIO()
        np.savez(out, **arrays)  # type: ignore[arg-type]
        return out.getvalue()

    def _header(self) -> dict[str, object]:
        bank = self.bank
        return {
            "format": FORMAT,
            "quality": history_header(self.quality),
            "suspect_frames": bank.suspect_frames,
            "moved": bank.moved,
            "confirmations": bank.confirmations,
            "verified_at_s": bank.verified_at_s,
            "shifts": [(ref.dx_px, ref.dy_px) for ref in bank.references],
            "latest_shift": None if bank.latest is None else (bank.latest.dx_px, bank.latest.dy_px),
            "faces": [face_id for face_id, _ in self.faces],
            "first_looks": [(looks.face_id, looks.rows, looks.cols) for looks in self.first_looks],
            "first_looks_at_s": [looks.at_s for looks in self.first_looks],
            "last_looks": [look.face_id for look in self.last_looks],
            "view": self.view,
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> "CameraMemory":
        """Read what `to_bytes` wrote; MemoryFormatError when damaged or of another version."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                header = json.loads(arrays["header"].tobytes())
                if header.get("format") != FORMAT:
                    raise MemoryFormatError(problem=f"format {header.get('format')!r}", expected=FORMAT)
                return cls._from_arrays(header, {name: arrays[name] for name in arrays.files})
        except (BadZipFile, OSError, KeyError, ValueError, EOFError) as error:
            raise MemoryFormatError(problem=f"damaged: {error}", expected=FORMAT) from error

    @classmethod
    def _from_arrays(cls, header: dict[str, object], arrays: dict[str, np.ndarray]) -> "CameraMemory":
        shifts: list[list[float]] = header["shifts"]  # type: ignore[assignment]
        faces: list[str] = header["faces"]  # type: ignore[assignment]
        references = tuple(
            Reference(jpeg=arrays[f"look{i}"].tobytes(), dx_px=dx, dy_px=dy) for i, (dx, dy) in enumerate(shifts)
        )
        latest: list[float] | None = header["latest_shift"]  # type: ignore[assignment]
        return cls(
            quality=history_of(header, arrays) if "quality" in header else older_history(header),
            bank=ReferenceBank(
                references=references,
                latest=None
                if latest is None
                else Reference(jpeg=arrays["latest"].tobytes(), dx_px=latest[0], dy_px=latest[1]),
                suspect_frames=header["suspect_frames"],  # type: ignore[arg-type]
                moved=bool(header["moved"]),
                confirmations=header["confirmations"],  # type: ignore[arg-type]
                verified_at_s=header["verified_at_s"],  # type: ignore[arg-type]
            ),
            faces=tuple((face_id, _belief(arrays, i)) for i, face_id in enumerate(faces)),
            first_looks=_first_looks(header, arrays),
            last_looks=_last_looks(header, arrays),
            view=str(header.get("view", "")),
        )


def _first_looks(header: dict[str, object], arrays: dict[str, np.ndarray]) -> tuple[FirstLooks, ...]:
    """Older versions kept none, or one of a time that is not told: too long ago for others to be kept beside it."""
    told: list[tuple[str, int, int]] = header.get("first_looks", [])  # type: ignore[assignment]
    times: list[list[float]] = header.get("first_looks_at_s", [[0.0]] * len(told))  # type: ignore[assignment]
    return tuple(
        FirstLooks(
            face_id=face_id,
            rows=rows,
            cols=cols,
            jpegs=tuple(arrays[_first_name(i, n)].tobytes() for n in range(len(at_s))),
            at_s=tuple(at_s),
        )
        for i, ((face_id, rows, cols), at_s) in enumerate(zip(told, times, strict=True))
    )


def _last_looks(header: dict[str, object], arrays: dict[str, np.ndarray]) -> tuple[LastLook, ...]:
    """Older versions kept none."""
    told: list[str] = header.get("last_looks", [])  # type: ignore[assignment]
    return tuple(
        LastLook(face_id=face_id, jpeg=arrays[f"last{i}"].tobytes(), seen_s=arrays[f"last_s{i}"])
        for i, face_id in enumerate(told)
    )


def _first_name(face: int, look: int) -> str:
    """The very first look is called as it was when there was no other."""
    return f"first{face}_{look}" if look else f"first{face}"


def _reach(seen_s: np.ndarray) -> int:
    """The storeys up to the highest cell ever seen."""
    rows = np.flatnonzero((~np.isnan(seen_s)).any(axis=1))
    return 1 + int(rows[-1]) if len(rows) else 0


def _belief(arrays: dict[str, np.ndarray], index: int) -> FaceBelief:
    """Older versions counted no looks (known cells were seen once), followed no top and did not keep what they said."""
    seen_s = arrays[f"seen_s{index}"]
    return FaceBelief(
        phases=arrays[f"phases{index}"],
        seen_s=seen_s,
        looks=arrays.get(f"looks{index}", np.where(np.isnan(seen_s), 0.0, 1.0)),
        top=arrays.get(f"top{index}", blank_top(len(seen_s))),
        top_s=float(arrays.get(f"top_s{index}", np.array(np.nan))),
        reach=int(arrays.get(f"reach{index}", np.array(_reach(seen_s)))),
        said_bp=float(arrays.get(f"said_bp{index}", np.array(np.nan))),
    )
