"""Settings: the shipped example is right, and every mistake is told with file, key and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.errors import SettingsError
from edge_agent.settings import Centre, FolderCamera, HttpCamera, RtspCamera, load_settings, read_secret, trust_of

EXAMPLE = Path(__file__).parents[2] / "deploy/edge/agent.toml"
SMALL = """
[gateway]
id = "gw-1"
data_dir = "data"
[broker]
url = "mqtt://localhost"
[[camera]]
id = "c1"
kind = "folder"
scene = "c1.scene.json"
path = "drop"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "agent.toml"
    path.write_text(text)
    return path


def test_the_shipped_example_is_right() -> None:
    settings = load_settings(EXAMPLE)
    assert [type(camera) for camera in settings.camera] == [RtspCamera, HttpCamera, FolderCamera]


def test_paths_start_at_the_files_folder(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, SMALL))
    camera = settings.camera[0]
    assert isinstance(camera, FolderCamera)
    assert (settings.gateway.data_dir, camera.path) == (tmp_path / "data", tmp_path / "drop")
    assert camera.offline_after_s == 172_800


@pytest.mark.parametrize(
    ("old", "new", "where", "expected"),
    [
        ('"gw-1"', '"GW 1"', "gateway.id", "a-z, 0-9 and '-'"),
        ("data_dir", "datadir", "gateway.data_dir", "Field required"),
        ("mqtt://", "tcp://", "broker.url", "expected mqtt://host"),
        ("mqtt://localhost", "mqtt://u:p@localhost", "broker.url", "user and password in their own keys"),
        ("mqtt://localhost", "mqtt://localhost:99999", "broker.url", "ort"),
        ('"folder"', '"usb"', "camera[0]", "'rtsp', 'http', 'folder'"),
        ('path = "drop"', "", "camera[0].path", "Field required"),
        ('path = "drop"', 'path = "drop"\nsettle_s = -1', "camera[0].settle_s", "greater than or equal to 0"),
        ('path = "drop"', 'path = "drop"\ntimezone = "Mars"', "camera[0].timezone", "expected an IANA name"),
        ('path = "drop"', 'path = "drop"\ncolour = 1', "camera[0].colour", "Extra inputs are not permitted"),
        ('"c1"', '"c/1"', "camera[0].id", "match pattern"),
        ("[[camera]]", '[clock]\nsource = "file"\n[[camera]]', "clock", "expected both or neither"),
        ("[[camera]]", "[evidence]\nevery_h = 'often'\n[[camera]]", "evidence.every_h", "valid number"),
        ("[gateway]", "[gateway", "(file)", "TOML text"),
        ("[gateway]", "a = " + "[" * 20_000, "(file)", "TOML text"),
        ("[gateway]", "a = " + "9" * 5_000, "(file)", "TOML text"),
        ('"data"', '"a\\u0000b"', "gateway.data_dir", "expected none"),
        ('"data"', '"~nobody-of-this-name/x"', "gateway.data_dir", "expected a whole path"),
        ('path = "drop"', 'path = "drop"\nstale_s = inf', "camera[0].stale_s", "finite"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, old: str, new: str, where: str, expected: str) -> None:
    path = written(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(SettingsError) as told:
        load_settings(path)
    assert (told.value.file, told.value.where) == (str(path), where)
    assert expected in told.value.expected


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + SMALL)
    assert load_settings(path).gateway.id == "gw-1"


def test_an_authority_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "none.pem"):
        with pytest.raises(SettingsError, match=f"{name}: at .file.: a readable certificate in PEM"):
            trust_of(Centre(url="https://centre", token_file=tmp_path / "token", ca_file=tmp_path / name))


def test_two_cameras_of_one_name(tmp_path: Path) -> None:
    camera = SMALL[SMALL.index("[[camera]]") :]
    with pytest.raises(SettingsError, match="expected each once"):
        load_settings(written(tmp_path, SMALL + camera))


def test_a_watchdog_that_is_quicker_than_the_camera(tmp_path: Path) -> None:
    text = SMALL.replace('kind = "folder"', 'kind = "rtsp"\nurl = "rtsp://x/1"\nread_timeout_s = 30')
    with pytest.raises(SettingsError, match="read_timeout_s = 30 is not under stale_s = 20"):
        load_settings(written(tmp_path, text.replace('path = "drop"', "")))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="a readable file"):
        load_settings(tmp_path / "none.toml")


def test_secrets(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("word\n")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert read_secret(tmp_path / "good") == "word"
    for name in ("empty", "none", "binary"):
        with pytest.raises(SettingsError, match=name):
            read_secret(tmp_path / name)
