"""A process of its own that looks at one picture of an unknown sender: `-m central.api.uploads.darkroom JOB`.

It is given nothing but a file, may use little memory, time and disk, and answers with one line of JSON: what it found
or what is wrong. Whatever a decoder does here, the centre does not notice it.
"""

from __future__ import annotations

import errno
import json
import resource
import sys
import warnings
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from central.api.uploads.claims import Exif, read_exif

MEMORY_BYTES = 1 << 30
CPU_S = 40
_KNOWN = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # importing is knowing
FILES = 64
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


def main() -> int:
    """Answer on standard output; 0 also for a refusal, which is an answer too."""
    job = Job(**json.loads(sys.argv[1]))
    _confine()
    try:
        answer = develop(job)
    except UnfitError as unfit:
        answer = _fault(unfit.code, str(unfit), unfit.expected)
    except MemoryError:
        answer = _broken("a picture that takes more memory than it may")
    except OSError as broken:
        full = broken.errno in (errno.ENOSPC, errno.EDQUOT)
        answer = _fault("no_room", "the disk is full", "room") if full else _broken(str(broken))
    except Exception as broken:  # noqa: BLE001  the outermost edge of this process; the centre logs what is told
        answer = _broken(f"{type(broken).__name__}: {broken}")
    sys.stdout.write(json.dumps(answer))
    return 0


def develop(job: Job) -> dict[str, Any]:
    """Turn upright, strip everything, write what is shown and its thumbnail; the picture's size and EXIF claims."""
    formats = (*FORMATS, "HEIF") if _know_heif() else FORMATS
    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is decoded
    with warnings.catch_warnings(action="ignore"), Image.open(job.source, formats=formats) as picture:
        name, size = picture.format or "", picture.size
        if size[0] * size[1] > job.pixels_max:
            raise UnfitError(
                "too_many_pixels", f"picture of {size[0]} x {size[1]} px", expected=f"at most {job.pixels_max} pixels"
            )
        exif = _claims(picture, zone=ZoneInfo(job.zone))
        scale = SHOWN_PX / max(*size, SHOWN_PX)
        picture.draft("RGB", (int(size[0] * scale), int(size[1] * scale)))  # a JPEG is decoded not much larger
        shown = _upright(picture)
    shown.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    shown.save(job.shown, "JPEG", quality=SHOWN_QUALITY)
    width, height = shown.size
    shown.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    shown.save(job.thumbnail, "JPEG", quality=THUMBNAIL_QUALITY)
    told = asdict(exif) | {"at": exif.at.isoformat() if exif.at else None}
    return {"format": name, "width_px": width, "height_px": height, "exif": told}


def _confine() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
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
