"""Photos of evidence made small enough for paper; the same bytes for the same photo."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image

Pictures = Callable[[str], bytes | None]  # the bytes of a digest; None = they are not kept here
EDGE_PX = 1000


def shrunk(jpeg: bytes) -> bytes:
    """A JPEG with no edge longer than EDGE_PX, without anything the file said of itself."""
    with Image.open(BytesIO(jpeg)) as picture:
        small = picture.convert("RGB")
        small.thumbnail((EDGE_PX, EDGE_PX))
        to = BytesIO()
        small.save(to, format="JPEG", quality=82)
    return to.getvalue()
