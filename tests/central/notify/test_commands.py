"""`siteprogress-central notify …`: addresses, a letter to try them, what is under way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from central.cli import app
from central.store.engine import open_engine, reading
from central.store.save_audit import entries
from tests.central.notify.build import a_message, a_person, ms, tell
from tests.central.notify.providers import a_mailbox, a_receiver


def run(settings: Path, *words: str, typed: str = "") -> tuple[int, str]:
    """Exit code and everything said."""
    result = CliRunner().invoke(app, ["notify", *words, "--settings", str(settings)], input=typed)
    return result.exit_code, result.output


@pytest.fixture
def settings(tmp_path: Path, migrated_sqlite: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "centre.db").write_bytes(migrated_sqlite.read_bytes())
    file = tmp_path / "centre.toml"
    file.write_text(f'data_dir = "{data}"\n')
    engine = open_engine(f"sqlite:///{data / 'centre.db'}")
    a_person(engine, "owner")
    engine.dispose()
    return file


def test_an_address_is_added_tried_listed_and_removed(settings: Path) -> None:
    with a_mailbox(refuse=lambda address: "550 unknown" if "nobody" in address else None) as box:
        assert "expected notify.mail_file" in run(settings, "address", "add", "owner", "owner@district.cn")[1]
        mail = settings.parent / "mail"
        mail.write_text(box.relay)
        settings.write_text(f'{settings.read_text()}[notify]\nmail_file = "{mail}"\n')
        assert run(settings, "address", "add", "owner", "owner@district.cn") == (
            0, "address 1 of owner: email o…@district.cn\n"
        )  # fmt: skip
        assert run(settings, "address", "test", "owner") == (0, "address 1 email: sent SMTP 250\n")
        assert box.subjects == ["siteprogress 测试消息 / siteprogress test message"]
        run(settings, "address", "add", "owner", "nobody@district.cn", "--rank", "1")
        assert run(settings, "address", "test", "owner")[0] == 1
    shown = run(settings, "address", "list")[1]
    assert "o…@district.cn" in shown
    assert "owner@" not in shown
    assert run(settings, "address", "remove", "1")[0] == 0
    assert run(settings, "address", "remove", "1")[0] == 2
    engine = open_engine(f"sqlite:///{settings.parent / 'data' / 'centre.db'}")
    with reading(engine) as connection:
        noted = [(entry.action, json.loads(entry.detail)) for entry in entries(connection) if entry.at]
    engine.dispose()
    assert noted[-1] == ("address.remove", {"address": 1})
    assert ("address.add", {"address": 1, "channel": "email"}) in noted
    assert b"owner@district.cn" not in (settings.parent / "data" / "centre.db").read_bytes()


def test_a_robots_secret_comes_by_stdin(settings: Path) -> None:
    with a_receiver() as hook:
        assert run(settings, "address", "add", "owner", "-", typed=f"{hook.url}\n")[0] == 0
        assert run(settings, "address", "test", "owner")[0] == 0
        assert len(hook.got) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("address", "add", "stranger", "json://127.0.0.1:1/x"), "user stranger"),
        (("address", "add", "owner", "syslog://x"), "no channel"),
        (("address", "test", "owner"), "has no address"),
        (("status",), "nothing was to be delivered yet"),
        (("retry",), "0 deliveries are tried again"),
        (("address", "list"), "nobody has an address"),
    ],
)
def test_what_cannot_be_is_said(settings: Path, words: tuple[str, ...], said: str) -> None:
    assert said in run(settings, *words)[1]


def test_status_says_what_waits(settings: Path) -> None:
    from central.notify.timing import Hours
    from central.store.engine import writing
    from central.store.save_notified import plan_queued

    engine = open_engine(f"sqlite:///{settings.parent / 'data' / 'centre.db'}")
    tell(engine, a_message(), wall_ms=ms("05-20 10:00"))
    with writing(engine) as connection:
        plan_queued(connection, hours=Hours(), now_ms=ms("05-20 10:00"))
    engine.dispose()
    assert run(settings, "status")[1].startswith("waiting: 1, the oldest due ")
