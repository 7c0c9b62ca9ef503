"""Office files are zips that tell when they were packed: packed again with fixed times, in a fixed order."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FIXED = (1980, 1, 1, 0, 0, 0)
_W3C = "1980-01-01T00:00:00Z"
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def repacked(content: bytes) -> bytes:
    """The same parts without the time of packing; the properties' times are fixed too."""
    to = BytesIO()
    with ZipFile(BytesIO(content)) as given, ZipFile(to, "w", ZIP_DEFLATED, compresslevel=6) as made:
        for name in _ordered(given.namelist()):
            part = given.read(name)
            if name == "docProps/core.xml":
                part = _STAMP.sub(rb"\g<1>" + _W3C.encode() + rb"\g<3>", part)
            info = ZipInfo(name, date_time=FIXED)
            info.compress_type = ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o600 << 16
            made.writestr(info, part)
    return to.getvalue()


def _ordered(names: list[str]) -> list[str]:
    """The list of contents first, as readers expect."""
    return sorted(names, key=lambda name: (name != "[Content_Types].xml", name != "_rels/.rels", name))
