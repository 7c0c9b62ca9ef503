"""The headers of tus, right and wrong; whatever comes, only InvalidError goes out."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from central.api.errors import InvalidError
from central.api.uploads.header import KINDS, read_checksum, read_metadata, read_number, read_wanted
from tests.central.api.uploads.tus import metadata

DIGEST = "ab" * 32


def test_what_is_announced() -> None:
    header = metadata(
        kind="photo", sha256=DIGEST.upper(), project="qp", building="qp-b1", filename="C:\\photos\\三层.jpg",
        note="一\n二", taken_at="2026-11-21T15:30:00+08:00", colour="ignored"
    )  # fmt: skip
    wanted = read_wanted(length="12", metadata=header)
    assert (wanted.kind, wanted.sha256, wanted.size_bytes) == ("photo", DIGEST, 12)
    assert (wanted.filename, wanted.note, wanted.building, wanted.item) == ("三层.jpg", "一\n二", "qp-b1", "")
    assert wanted.taken_at_ms == 1_795_246_200_000


@pytest.mark.parametrize(
    "header",
    [
        metadata(kind="photo", sha256=DIGEST),
        metadata(kind="photo", sha256=DIGEST, project="x" * 129),
        metadata(kind="photo", sha256=DIGEST, project="a\0b"),
        metadata(kind="evidence", sha256=DIGEST, note="n" * 2001),
        metadata(kind="evidence", sha256=DIGEST, note="bell \a"),
        metadata(kind="evidence", sha256=DIGEST, filename="two\nlines"),
        metadata(kind="evidence", sha256=DIGEST, taken_at="yesterday"),
        metadata(kind="evidence", sha256=DIGEST, taken_at="2026-11-21T15:30:00"),
        metadata(kind="evidence", sha256=DIGEST, taken_at="0001-01-01T00:00:00+23:00"),
        metadata(kind="evidence", sha256=DIGEST) + ",kind ZXZpZGVuY2U=",
        metadata(kind="evidence", sha256=DIGEST) + ",kéy YQ==",
        metadata(kind="evidence", sha256=DIGEST) + ",note /w==",
        metadata(kind="evidence", sha256=DIGEST) + ",note YQ",
        ",".join(f"k{number} YQ==" for number in range(40)),
    ],
)
def test_announced_wrongly(header: str) -> None:
    with pytest.raises(InvalidError) as told:
        read_wanted(length="1", metadata=header)
    assert told.value.expected


@settings(max_examples=600, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
@example("kind")
@example("kind  ")
@example(",,, ,")
def test_any_metadata_is_read_or_refused(header: str) -> None:
    try:
        found = read_metadata(header)
    except InvalidError:
        return
    assert all(isinstance(value, str) and "\0" not in value for value in found.values())


VALUES = st.text(max_size=40) | st.sampled_from(
    [DIGEST, "photo", "evidence", "2026-11-21T15:30:00+08:00", "9999-12-31T23:59:59-18:00"]
)
KEYS = st.sampled_from(["kind", "sha256", "project", "building", "item", "filename", "note", "taken_at", "other"])


@settings(max_examples=600, deadline=None)
@given(said=st.dictionaries(KEYS, VALUES), length=st.none() | st.text(max_size=20) | st.integers().map(str))
def test_any_announcement_is_read_or_refused(said: dict[str, str], length: str | None) -> None:
    said = {"kind": "evidence", "sha256": DIGEST, **said}
    header = ",".join(f"{key} {b64encode(value.encode('utf-8', 'replace')).decode()}" for key, value in said.items())
    try:
        wanted = read_wanted(length=length, metadata=header)
    except InvalidError:
        return
    assert wanted.kind in KINDS
    assert 1 <= wanted.size_bytes < 10**15
    assert "/" not in wanted.filename


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=100))
@example("sha1 ")
@example("sha256 " + b64encode(bytes(32)).decode())
def test_any_checksum_and_number_is_read_or_refused(header: str) -> None:
    for read in (read_checksum, lambda text: read_number(text, where="here")):
        try:
            read(header)
        except InvalidError as told:
            assert told.expected
