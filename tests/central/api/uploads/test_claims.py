"""What photos say of themselves, and what does not fit; whatever a block holds, reading it ends in claims or none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from central.api.uploads.claims import Exif, Fence, flags_of, read_exif
from central.api.uploads.darkroom import Job, UnfitError, develop
from central.store.instants import DISTRICT_ZONE
from tests.central.api.uploads.photographs import a_photo

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
HONEST = Exif(at=NOW, zone_known=True, lat_e7=312_500_000, lon_e7=1_215_000_000)
SITE = Fence(lat_e7=312_500_000, lon_e7=1_215_000_000, radius_m=100)


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("2026:11:21 15:30:00", "+08:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026:11:21 15:30:00", "-03:30", datetime(2026, 11, 21, 19, 0, tzinfo=UTC)),
        ("2026:11:21 15:30:00", None, datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026:11:21 15:30:00", "+99:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        (b"2026:11:21 15:30:00\0", "", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("0000:00:00 00:00:00", None, None),
        ("1970:01:01 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        (17, None, None),
    ],
)
def test_times(text: object, offset: object, expected: datetime | None) -> None:
    found = read_exif({}, {36867: text, 36881: offset}, {}, zone=DISTRICT_ZONE)
    assert found.at == expected
    assert found.zone_known == (offset in ("+08:00", "-03:30"))


@pytest.mark.parametrize(
    ("north", "east", "refs", "expected"),
    [
        ((31, 15, 0), (121, 30, 0), "NE", (312_500_000, 1_215_000_000)),
        ((31, 15, 0), (121, 30, 0), "SW", (-312_500_000, -1_215_000_000)),
        ((91, 0, 0), (121, 30, 0), "NE", None),
        ((31, 15, 0), (181, 0, 0), "NE", None),
        ((0, 0, 0), (0, 0, 0), "NE", None),
        ((IFDRational(1, 0), 0, 0), (1, 0, 0), "NE", None),
        ((-31, 0, 0), (1, 0, 0), "NE", None),
        ((31, 0), (1, 0, 0), "NE", None),
        ("31", (1, 0, 0), "NE", None),
        ((31, 15, 0), (121, 30, 0), "  ", None),
    ],
)
def test_places(north: object, east: object, refs: str, expected: tuple[int, int] | None) -> None:
    found = read_exif({}, {}, {1: refs[0], 2: north, 3: refs[1], 4: east}, zone=DISTRICT_ZONE)
    assert (None if found.lat_e7 is None else (found.lat_e7, found.lon_e7)) == expected


@pytest.mark.parametrize(
    ("exif", "taken_after", "fence", "expected"),
    [
        (HONEST, timedelta(0), SITE, ()),
        (HONEST, None, None, ()),
        (Exif(), None, SITE, ("no_exif_time", "no_position")),
        (HONEST, timedelta(minutes=9), SITE, ()),
        (HONEST, timedelta(minutes=16), SITE, ("taken_in_future", "times_differ")),
        (HONEST, timedelta(days=-31), SITE, ("taken_long_ago", "times_differ")),
        (HONEST, None, Fence(lat_e7=312_525_000, lon_e7=1_215_000_000, radius_m=100), ()),  # 278 m, within 300
        (HONEST, None, Fence(lat_e7=312_530_000, lon_e7=1_215_000_000, radius_m=100), ("far_from_site",)),  # 334 m
    ],
)
def test_marks(exif: Exif, taken_after: timedelta | None, fence: Fence | None, expected: tuple[str, ...]) -> None:
    taken = None if taken_after is None else NOW + taken_after
    assert flags_of(exif, taken_at=taken, received_at=NOW, fence=fence) == expected


ANYTHING = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=30)
    | st.builds(IFDRational, st.integers(0, 1 << 32), st.integers(0, 3)),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=6,
)  # fmt: skip
TAGS = st.dictionaries(st.sampled_from([1, 2, 3, 4, 271, 272, 306, 36867, 36880, 36881]), ANYTHING)


@settings(max_examples=150, deadline=None)
@given(TAGS, TAGS, TAGS)
def test_any_tags_are_claims_or_none(
    main: dict[int, object], detail: dict[int, object], gps: dict[int, object]
) -> None:
    found = read_exif(main, detail, gps, zone=DISTRICT_ZONE)
    assert found.lat_e7 is None or abs(found.lat_e7) <= 900_000_000
    assert found.at is None or found.at.tzinfo is UTC
    found.camera.encode()
    flags_of(found, taken_at=None, received_at=NOW, fence=SITE)


PLAIN = a_photo(32, 32)
BLOCK = slice(PLAIN.index(b"Exif\0\0") + 6, PLAIN.index(b"\xff\xdb"))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(BLOCK.start, BLOCK.stop - 1), st.integers(0, 255)), max_size=12))
def test_a_hostile_block_spoils_no_photo(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("desk", numbered=True)
    harmed = bytearray(PLAIN)
    for place, value in changes:
        harmed[place] = value
    found = looked_at(folder, bytes(harmed))
    assert (found["width_px"], found["height_px"]) == (32, 32)
    json.dumps(found)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.integers(0, len(PLAIN)))
def test_any_bytes_are_a_picture_or_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    folder = tmp_path_factory.mktemp("desk", numbered=True)
    try:
        looked_at(folder, PLAIN[:at] + noise + PLAIN[at + len(noise) :])
    except (UnfitError, OSError, SyntaxError, ValueError):
        return  # what `main` makes a refusal of


def looked_at(folder: Path, content: bytes) -> dict[str, object]:
    """The darkroom's work without its walls."""
    (folder / "in").write_bytes(content)
    job = Job(
        source=str(folder / "in"), shown=str(folder / "out"), thumbnail=str(folder / "small"), pixels_max=50_000_000,
        zone="Asia/Shanghai",
    )  # fmt: skip
    return develop(job)


def test_colours_and_transparency_become_plain_pictures(tmp_path: Path) -> None:
    for mode, colour in (("1", 1), ("L", 128), ("LA", (128, 0)), ("P", 5), ("I;16", 40_000), ("RGBA", (1, 2, 3, 0))):
        made = BytesIO()
        Image.new(mode, (40, 30), colour).save(made, "PNG")
        assert looked_at(tmp_path, made.getvalue())["format"] == "PNG"
        with Image.open(tmp_path / "out") as shown:
            assert (shown.mode, shown.size) == ("RGB", (40, 30))
            if mode == "RGBA":
                assert shown.getpixel((3, 3)) == (255, 255, 255)
