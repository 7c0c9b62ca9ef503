"""A process of its own that looks at one picture of an unknown sender: `-m central.api.uploads.darkroom JOB`.

It is given nothing but a file, may use little memory, time and disk, and answers with one line of JSON: what it found
or what is wrong. Whatever a decoder does here, the centre does not notice it. Before it looks at the first byte it has
opened and imported all it needs; from then on it can open no file and no connection and begin no process.
"""

from __future__ import annotations

import errno
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from PIL import (
    Image,
    ImageOps,
    ImagePalette,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from central.api.uploads.claims import Exif, read_exif

MEMORY_BYTES = 1 << 30
CPU_S = 40
_KNOWN = (  # importing is knowing, and once confined nothing can be imported any more
    ImagePalette,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
FILE_BYTES = 64 << 20
SHOWN_PX, THUMBNAIL_PX = 3072, 480
SHOWN_QUALITY, THUMBNAIL_QUALITY = 85, 75
FORMATS = ("JPEG", "PNG", "WEBP")  # a phone's MPO opens as JPEG; no other decoder is even tried
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825


class UnfitError(Exception):
    """A picture that is refused; `code` for machines, the rest for people."""

    def __init__(self, code: str, what: str, *, expected: str) -> None:
        super().__init__(what)
        self.code = code
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Files to read and to write, and the most pixels; `zone` is where a time without a zone is read."""

    source: str
    shown: str
    thumbnail: str
    pixels_max: int
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The job with its files open and what it needs at hand."""

    source: BinaryIO
    shown: BinaryIO
    thumbnail: BinaryIO
    pixels_max: int
    zone: ZoneInfo
    formats: tuple[str, ...]


def main() -> int:
    """Answer on standard output; 0 also for a refusal, which is an answer too."""
    job = Job(**json.loads(sys.argv[1]))
    try:
        with laid_out(job) as desk:
            _warm_up(desk.zone)
            confine(threads=_is_heic(desk.source))
            answer = _developed(desk)
    except UnfitError as unfit:
        answer = _fault(unfit.code, str(unfit), unfit.expected)
    except MemoryError:
        answer = _broken("a picture that takes more memory than it may")
    except UnidentifiedImageError:  # its words name the file by its path here
        answer = _broken("a picture that no decoder knows")
    except OSError as broken:
        full = broken.errno in (errno.ENOSPC, errno.EDQUOT)
        answer = _fault("no_room", "the disk is full", "room") if full else _broken(broken.strerror or str(broken))
    except Exception as broken:  # noqa: BLE001  the outermost edge of this process; the centre logs what is told
        answer = _broken(f"{type(broken).__name__}: {broken}")
    sys.stdout.write(json.dumps(answer))
    return 0


def develop(job: Job) -> dict[str, Any]:
    """Turn upright, strip everything, write what is shown and its thumbnail; the picture's size and EXIF claims."""
    with laid_out(job) as desk:
        return _developed(desk)


@contextmanager
def laid_out(job: Job) -> Iterator[Desk]:
    """Everything open and known that the work needs."""
    formats = (*FORMATS, "HEIF") if _know_heif() else FORMATS
    source, shown, thumbnail = Path(job.source), Path(job.shown), Path(job.thumbnail)
    with source.open("rb") as source_file, shown.open("wb") as shown_file, thumbnail.open("wb") as thumbnail_file:
        yield Desk(
            source=source_file,
            shown=shown_file,
            thumbnail=thumbnail_file,
            pixels_max=job.pixels_max,
            zone=ZoneInfo(job.zone),
            formats=formats,
        )


def _developed(desk: Desk) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is decoded
    with warnings.catch_warnings(action="ignore"), Image.open(desk.source, formats=desk.formats) as picture:
        name, size = picture.format or "", picture.size
        if size[0] * size[1] > desk.pixels_max:
            raise UnfitError(
                "too_many_pixels", f"picture of {size[0]} x {size[1]} px", expected=f"at most {desk.pixels_max} pixels"
            )
        exif = _claims(picture, zone=desk.zone)
        scale = SHOWN_PX / max(*size, SHOWN_PX)
        width, height = (max(1, int(side * scale)) for side in size)
        picture.draft("RGB", (width, height))  # a JPEG is decoded not much larger
        shown = _upright(picture)
    shown.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    shown.save(desk.shown, "JPEG", quality=SHOWN_QUALITY)
    width, height = shown.size
    shown.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    shown.save(desk.thumbnail, "JPEG", quality=THUMBNAIL_QUALITY)
    told = asdict(exif) | {"at": exif.at.isoformat() if exif.at else None}
    return {"format": name, "width_px": width, "height_px": height, "exif": told}


def confine(*, threads: bool = False) -> None:
    """From now on: so much memory, time and disk, and nothing new is opened or begun. For good.

    `threads`: libheif ends the process when it gets none, asked for or not. Of root alone no limit of processes holds.
    """
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open
        (resource.RLIMIT_CORE, 0),
        *(() if threads else ((resource.RLIMIT_NPROC, 0),)),
    ):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))


def _know_heif() -> bool:
    """Whether the decoder of iPhones' format is installed."""
    try:
        from pi_heif import register_heif_opener  # type: ignore[import-untyped]
    except ImportError:
        return False
    register_heif_opener(thumbnails=False)
    return True


def _is_heic(source: BinaryIO) -> bool:
    head = source.read(12)
    source.seek(0)
    return head[4:8] == b"ftyp"


def _warm_up(zone: ZoneInfo) -> None:
    """Once through the work with pictures of our own: what the decoders import late they import now."""
    exif = Image.Exif()
    exif[0x0112], exif.get_ifd(_EXIF_IFD)[36867] = 6, "2026:11:21 15:30:00"
    for kind, mode in (("JPEG", "RGB"), ("PNG", "P"), ("PNG", "RGBA"), ("WEBP", "RGB")):
        made = BytesIO()
        Image.new(mode, (8, 8)).save(made, kind, exif=exif.tobytes())
        with Image.open(made, formats=FORMATS) as picture:
            _claims(picture, zone=zone)
            shown = _upright(picture)
        shown.thumbnail((4, 4), Image.Resampling.LANCZOS, reducing_gap=2.0)
        shown.save(BytesIO(), "JPEG")


def _claims(picture: Image.Image, *, zone: ZoneInfo) -> Exif:
    """A damaged block is no reason to refuse a photo."""
    try:
        exif = picture.getexif()
        return read_exif(dict(exif), dict(exif.get_ifd(_EXIF_IFD)), dict(exif.get_ifd(_GPS_IFD)), zone=zone)
    except Exception:  # noqa: BLE001  the reader raises all kinds on hostile blocks
        return Exif()


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()
    turned = picture
    try:
        ImageOps.exif_transpose(turned, in_place=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001, S110  as above: the orientation of a damaged block
        pass
    if turned.has_transparency_data:
        seen = Image.new("RGBA", turned.size, "white")
        seen.alpha_composite(turned.convert("RGBA"))
        turned = seen
    plain = turned if turned.mode == "RGB" else turned.convert("RGB")
    plain.info.clear()  # colour profile, comments, EXIF: nothing is written on
    return plain


def _broken(what: str) -> dict[str, Any]:
    return _fault("not_a_picture", what[:200], "a whole JPEG, PNG, WebP or HEIC picture")


def _fault(code: str, what: str, expected: str) -> dict[str, Any]:
    return {"fault": {"code": code, "what": what, "expected": expected}}


if __name__ == "__main__":
    sys.exit(main())
