"""The capture time that a file's name tells: the project's own form and the common ones of cameras and FTP drops."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

YEARS = range(2001, 2100)
COMPACT = re.compile(
    r"(?<!\d)(?P<y>20\d\d)(?P<mo>\d\d)(?P<d>\d\d)[T_ -]?(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)"
    r"(?:[._-]?(?P<ms>\d{3}))?(?P<zone>Z|[+-]\d\d:?\d\d)?(?!\d)"
)
SPACED = re.compile(
    r"(?<!\d)(?P<y>20\d\d)[-_.](?P<mo>\d\d)[-_.](?P<d>\d\d)[T_ @-]+(?P<h>\d\d)[-_.:h](?P<mi>\d\d)[-_.:m](?P<s>\d\d)"
    r"(?:[._-](?P<ms>\d{3}))?(?P<zone>Z|[+-]\d\d:?\d\d)?(?!\d)"
)
EPOCH = re.compile(r"(?<!\d)(?P<s>1\d{9})(?P<ms>\d{3})?(?!\d)")


def capture_time(name: str, *, zone: tzinfo) -> datetime | None:
    """Aware UTC time in a file name (its folders are not looked at), None if there is none.

    `20261121T040000Z`, `cam1_20261121120000`, `2026-11-21_12-00-00.123`, `IMG_20261121_120000`, seconds or
    milliseconds since 1970. A time without a zone is of `zone`.
    """
    stem = name.rsplit("/", 1)[-1]
    for pattern in (COMPACT, SPACED):
        for found in pattern.finditer(stem):
            instant = _instant(found, zone=zone)
            if instant is not None:
                return instant
    epoch = EPOCH.search(stem)
    if epoch is None:
        return None
    return datetime.fromtimestamp(int(epoch["s"]), UTC) + timedelta(milliseconds=int(epoch["ms"] or 0))


def zone_of(text: str) -> tzinfo:
    """`Z`, `+08:00` or `+0800`."""
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _instant(found: re.Match[str], *, zone: tzinfo) -> datetime | None:
    numbers = [int(found[part]) for part in ("y", "mo", "d", "h", "mi", "s")]
    micros = int(found["ms"] or 0) * 1000
    try:
        local = datetime(*numbers, micros, tzinfo=zone_of(found["zone"]) if found["zone"] else zone)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    return local.astimezone(UTC) if local.year in YEARS else None
