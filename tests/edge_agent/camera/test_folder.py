"""A watched folder's order: by capture time, none before it is whole, none twice."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge_agent.camera.folder import HOLD_S, Inbox


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(root=tmp_path, settle_s=2.0, zone=ZoneInfo("UTC"), known={})


def names(inbox: Inbox, now_s: float) -> list[str]:
    """Everything that may be read now, in order."""
    found = []
    while (drop := inbox.next_ready(now_s)) is not None:
        found.append(drop.name)
        inbox.done(drop, read=True)
    return found


def test_by_capture_time_and_through_folders(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "2026/11").mkdir(parents=True)
    for name in ("20261121T030000Z.jpg", "2026/11/20261121T010000Z.jpg", "20261121T020000Z.PNG"):
        (tmp_path / name).write_bytes(b"x")
    for name in (".hidden.jpg", "notes.txt", "20261121T000000Z.jpg.part"):
        (tmp_path / name).write_bytes(b"x")
    inbox.look(0.0)
    assert names(inbox, 1.9) == []
    inbox.look(2.0)
    expected = ["2026/11/20261121T010000Z.jpg", "20261121T020000Z.PNG", "20261121T030000Z.jpg"]
    assert names(inbox, 2.0) == expected
    inbox.look(9.0)
    assert names(inbox, 99.0) == []


def test_an_older_file_that_grows_holds_the_newer_back_but_not_for_ever(inbox: Inbox, tmp_path: Path) -> None:
    older, newer = tmp_path / "20261121T010000Z.jpg", tmp_path / "20261121T020000Z.jpg"
    older.write_bytes(b"x")
    newer.write_bytes(b"x")
    inbox.look(0.0)
    for second in range(1, int(HOLD_S)):
        older.write_bytes(b"x" * (second + 1))
        inbox.look(float(second))
        assert names(inbox, float(second)) == []
    older.write_bytes(b"x" * 500)
    inbox.look(HOLD_S)
    assert names(inbox, HOLD_S) == [newer.name]
    assert names(inbox, HOLD_S + 2) == [older.name]


def test_a_refused_file_comes_again_only_when_its_size_changes(inbox: Inbox, tmp_path: Path) -> None:
    path = tmp_path / "20261121T010000Z.jpg"
    path.write_bytes(b"half")
    inbox.look(0.0)
    drop = inbox.next_ready(2.0)
    assert drop is not None
    inbox.done(drop, read=False)
    inbox.look(3.0)
    assert names(inbox, 9.0) == []
    path.write_bytes(b"the whole")
    inbox.look(10.0)
    assert names(inbox, 12.0) == [path.name]


def test_without_a_time_in_name_or_exif_the_files_own_time_is_a_guess(inbox: Inbox, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"x")
    os.utime(path, (1_790_000_000, 1_790_000_000))
    inbox.look(0.0)
    drop = inbox.next_ready(5.0)
    assert drop is not None
    assert (drop.captured_s, drop.time_known) == (1_790_000_000, False)


def test_a_name_that_is_no_utf_8_is_told_as_text_and_dated_by_its_digits(inbox: Inbox, tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xd6\xd020261121T010000Z.jpg"  # GBK, as many cameras write
    Path(os.fsdecode(raw)).write_bytes(b"x")
    inbox.look(0.0)
    drop = inbox.next_ready(5.0)
    assert drop is not None
    assert drop.name == "\\xd6\\xd020261121T010000Z.jpg"
    assert drop.name.encode()
    assert (inbox.root / drop.path).read_bytes() == b"x"
    assert (drop.captured_s, drop.time_known) == (1_795_222_800, True)
    inbox.done(drop, read=True)
    inbox.look(9.0)
    assert names(inbox, 99.0) == []


@pytest.mark.parametrize("modified_s", [-5_000_000, 0, 253_402_300_800])
def test_a_files_own_time_that_cannot_be_is_none(inbox: Inbox, tmp_path: Path, modified_s: int) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"x")
    try:
        os.utime(path, (modified_s, modified_s))
    except OSError:
        pytest.skip("this file system keeps no such time")
    inbox.look(0.0)
    drop = inbox.next_ready(5.0)
    assert drop is not None
    assert drop.captured_s > 1_600_000_000
    assert not drop.time_known


def test_a_file_that_is_taken_away_is_forgotten(inbox: Inbox, tmp_path: Path) -> None:
    path = tmp_path / "20261121T010000Z.jpg"
    path.write_bytes(b"x")
    inbox.look(0.0)
    path.unlink()
    inbox.look(1.0)
    assert names(inbox, 9.0) == []


def test_what_is_no_file_is_passed_by(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "20261121T010000Z.jpg").write_bytes(b"x")
    (tmp_path / "20261121T000000Z.jpg").symlink_to(tmp_path / "gone.jpg")
    (tmp_path / "20261121T003000Z.jpg").symlink_to(tmp_path / "20261121T010000Z.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "20261121T002000Z.jpg")  # whoever opens it waits for ever
    inbox.look(0.0)
    assert names(inbox, 5.0) == ["20261121T003000Z.jpg", "20261121T010000Z.jpg"]


def test_a_folder_that_cannot_be_listed_is_told_once_and_the_others_are_read(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "20261121T010000Z.jpg").write_bytes(b"x")
    held = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # a path that is longer than any system call takes
        os.mkdir("d" * 250, dir_fd=held)
        held, above = os.open("d" * 250, os.O_RDONLY, dir_fd=held), held
        os.close(above)
    os.close(held)
    inbox.look(0.0)
    deep = next(drop for drop in inbox.drops.values() if drop.path.endswith("/"))
    assert names(inbox, 5.0)[0] == "20261121T010000Z.jpg"
    inbox.done(deep, read=False)
    inbox.look(9.0)
    assert names(inbox, 99.0) == []


def test_what_comes_while_others_are_read_waits_for_its_turn(inbox: Inbox, tmp_path: Path) -> None:
    for hour in (2, 4):
        (tmp_path / f"20261121T0{hour}0000Z.jpg").write_bytes(b"x")
    inbox.look(0.0)
    first = inbox.next_ready(5.0)
    assert first is not None
    (tmp_path / "20261121T030000Z.jpg").write_bytes(b"x")
    inbox.look(5.0)
    inbox.done(first, read=True)
    assert names(inbox, 9.0) == ["20261121T030000Z.jpg", "20261121T040000Z.jpg"]
