"""The commands of identity: all a gateway needs in one folder, or a word of what was expected and nothing at all."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from sqlalchemy import Engine
from typer.testing import CliRunner

from central.cli import app
from central.identity.broker_files import write_broker_files
from central.identity.ends import warn_of_ends
from central.identity.enroll import FILES
from central.identity.keys import centre_signer
from central.telling import BAD_INPUT
from edge_agent.identity import renewer_of
from edge_agent.settings import load_settings
from wire.signing import load_signer


class Commands:
    """Runs commands on a data folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "centre.toml"
        self.file.write_text(
            f'data_dir = "{folder / "data"}"\n[identity]\nbroker_url = "mqtts://broker.example.cn:8883"\n'
            f'revocation_file = "{folder / "gateways.crl"}"\n'
        )

    def run(self, *words: str, code: int = 0) -> str:
        done = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*words, "--settings", str(self.file)])
        assert done.exit_code == code, done.output
        return done.output


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """An empty centre."""
    return Commands(tmp_path)


def test_an_enrolment_is_whole_and_private(commands: Commands, tmp_path: Path) -> None:
    out = tmp_path / "gw-1"
    said = commands.run("gateway", "enroll", "gw-1", "--out", str(out), "--days", "20", "--at", "/srv/identity")
    assert "renews by itself" in said
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    certificate = x509.load_pem_x509_certificate((out / "gateway.crt").read_bytes())
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 20
    settings = tomllib.loads((out / "identity.toml").read_text())
    assert settings["broker"]["url"] == "mqtts://broker.example.cn:8883"
    assert settings["broker"]["key_file"] == "/srv/identity/gateway.key"
    assert settings["identity"] == {
        "signing_key": "/srv/identity/signing.key",
        "centre_key": "/srv/identity/centre.pub",
    }
    agent = tmp_path / "agent.toml"
    camera = 'id = "c1"\nkind = "folder"\nscene = "s.json"\npath = "drop"\n'
    here = (out / "identity.toml").read_text().replace("/srv/identity", str(out))
    agent.write_text(f'[gateway]\nid = "gw-1"\ndata_dir = "data"\n{here}\n[[camera]]\n{camera}')
    loaded = load_settings(agent)
    assert renewer_of(loaded, distrusted=lambda: False, random=Random(1)) is not None
    assert renewer_of(loaded.model_copy(update={"centre": None}), distrusted=lambda: False, random=Random(1)) is None
    assert (out / "centre.pub").read_text().strip() == centre_signer(tmp_path / "data").public_hex
    assert load_signer(out / "signing.key").public_hex
    shown = commands.run("gateway", "list")
    assert "gw-1" in shown
    assert "19" in shown


def test_a_life_of_a_gateway(commands: Commands, tmp_path: Path) -> None:
    commands.run("gateway", "add", "gw-1")
    assert "no certificate" in commands.run("gateway", "list")
    commands.run("gateway", "enroll", "gw-1", "--out", str(tmp_path / "a"))
    commands.run("gateway", "enroll", "gw-1", "--out", str(tmp_path / "b"), "--renew")
    assert _listed(tmp_path / "gateways.crl") == {_serial(tmp_path / "a")}
    said = commands.run("gateway", "revoke", "gw-1", "--reason", "stolen")
    assert "with 1 certificate" in said
    assert _listed(tmp_path / "gateways.crl") == {_serial(tmp_path / "a"), _serial(tmp_path / "b")}
    assert "revoked" in commands.run("gateway", "list")
    commands.run("verify-trail")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gateway", "enroll", "centre", "--out", "OUT"), "not 'centre' or 'host'"),
        (("gateway", "add", "centre"), "not 'centre' or 'host'"),
        (("gateway", "enroll", "Gw 1", "--out", "OUT"), "expected 1-63 of a-z"),
        (("gateway", "enroll", "gw-1", "--out", "OUT"), "or --renew for new keys"),
        (("gateway", "enroll", "gw-2", "--out", "THERE"), "ca.crt is there already"),
        (("gateway", "revoke", "gw-2", "--reason", "x"), "expected a registered one"),
        (("gateway", "enroll", "gw-3", "--out", "OUT", "--at", '/a"\nb'), "expected no quote"),
        (("gateway", "enroll", "gw-3", "--out", "OUT", "--centre-url", "https://a\\b"), "expected no quote"),
    ],
)
def test_a_refusal_leaves_nothing_half_done(
    commands: Commands, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    commands.run("gateway", "enroll", "gw-1", "--out", str(tmp_path / "there"))
    before = (tmp_path / "there" / "signing.key").read_bytes()
    places = {"OUT": str(tmp_path / "out"), "THERE": str(tmp_path / "there")}
    found = commands.run(*(places.get(word, word) for word in words), code=BAD_INPUT)
    assert said in found.replace("\n", "")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    assert (tmp_path / "there" / "signing.key").read_bytes() == before


def test_a_revocation_is_told_though_the_brokers_list_cannot_be_written(commands: Commands, tmp_path: Path) -> None:
    commands.run("gateway", "enroll", "gw-1", "--out", str(tmp_path / "a"))
    (tmp_path / "gateways.crl").mkdir()
    said = commands.run("gateway", "revoke", "gw-1", "--reason", "stolen", code=BAD_INPUT)
    assert "gw-1 is revoked" in said
    assert "expected a file or folder this user may use" in said.replace("\n", " ")


def test_a_brokers_files_are_made_and_what_people_added_stays(commands: Commands, tmp_path: Path) -> None:
    out = tmp_path / "broker"
    words = ("identity", "broker", "--host", "broker.example.cn", "--host", "10.0.0.7", "--out", str(out))
    commands.run(*words, "--at", "/etc/mosquitto/siteprogress")
    assert "keyfile /etc/mosquitto/siteprogress/broker.key" in (out / "mosquitto.conf").read_text()
    assert (out / "broker.key").stat().st_mode & 0o777 == 0o600
    (out / "mosquitto.conf").write_text("mine")
    first = (out / "broker.crt").read_bytes()
    commands.run(*words)
    assert (out / "mosquitto.conf").read_text() == "mine"
    assert (out / "broker.crt").read_bytes() != first
    assert _listed(out / "gateways.crl") == set()
    shown = commands.run("identity", "list")
    assert shown.count("broker") >= 2
    assert "centre" in shown


def _serial(folder: Path) -> int:
    return x509.load_pem_x509_certificate((folder / "gateway.crt").read_bytes()).serial_number


def _listed(path: Path) -> set[int]:
    return {entry.serial_number for entry in x509.load_pem_x509_crl(path.read_bytes())}


@pytest.mark.parametrize(("days", "warns"), [(300, False), (368, True), (396, True)])
def test_the_brokers_end_is_told_in_time(
    sqlite_store: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture, days: int, warns: bool
) -> None:
    made = datetime(2026, 9, 1, tzinfo=UTC)
    write_broker_files(
        sqlite_store,
        tmp_path / "data",
        tmp_path / "out",
        hosts=["b"],
        folder="/b",
        life=timedelta(days=397),
        by="test",
        now=made,
    )
    warn_of_ends(sqlite_store, now=made + timedelta(days=days))
    assert ("certificate of the broker ends" in caplog.text) == warns
    assert ("certificate of the centre ends" in caplog.text) == warns
