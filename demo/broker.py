"""The demo's broker: an address that was given, else mosquitto, else amqtt; loopback, every client with a password.

Nothing depends on what the broker keeps: records are deleted at the edge on the centre's own acknowledgement.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from demo.errors import DemoError
from demo.process import Child, free_port, listening, run, start, wait_until
from wire.topics import HOST_STATE, ROOT

Kind = Literal["external", "mosquitto", "amqtt"]
LACKS: dict[Kind, str] = {
    "external": "who may publish what is up to that broker",
    "mosquitto": "nothing the demo needs",
    "amqtt": "MQTT 5, shared subscriptions and the resending of unacknowledged messages, which nothing here relies on; "
    "about a third of mosquitto's speed",
}
CENTRE = "centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A name and password at the broker."""

    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker that listens. `child` is None when it is somebody else's."""

    kind: Kind
    host: str
    port: int
    accounts: Mapping[str, Account]
    child: Child | None

    @property
    def words(self) -> str:
        """One line for the terminal: which was taken, and what it lacks."""
        return f"{self.kind} on {self.host}:{self.port} (lacks: {LACKS[self.kind]})"


@contextlib.contextmanager
def open_broker(wanted: str | None, *, passwords: Mapping[str, str], folder: Path) -> Iterator[Broker]:
    """Take the wanted address, or start the wanted or best broker with `passwords` (the centre's under CENTRE)."""
    kind = choose(wanted)
    if kind == "external":
        assert wanted is not None
        yield external(wanted, names=tuple(passwords))
        return
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = _mosquitto(port, passwords, folder) if kind == "mosquitto" else _amqtt(port, passwords, folder)
    child = start(kind, command, log=folder / f"{kind}.log")
    try:
        wait_until(f"{kind} listening on 127.0.0.1:{port}", lambda: listening("127.0.0.1", port), child=child)
        accounts = {name: Account(username=name, password=secret) for name, secret in passwords.items()}
        yield Broker(kind=kind, host="127.0.0.1", port=port, accounts=accounts, child=child)
    finally:
        child.stop()


def choose(wanted: str | None = None) -> Kind:
    """An address is external; else the wanted kind; else mosquitto when it is here, else amqtt."""
    if wanted is not None and wanted not in ("mosquitto", "amqtt"):
        return "external"
    if wanted != "amqtt" and _mosquitto_path() is not None:
        return "mosquitto"
    if wanted != "mosquitto" and importlib.util.find_spec("amqtt") is not None:
        return "amqtt"
    raise DemoError(
        f"no {wanted or 'MQTT broker'} here: install mosquitto, or siteprogress[demo], or give --broker URL"
    )


def external(url: str, *, names: tuple[str, ...]) -> Broker:
    """Somebody else's broker: mqtt://user:password@host:port, one account for all of the demo's clients."""
    parts = urlsplit(url)
    if parts.scheme != "mqtt" or not parts.hostname or not parts.username or parts.password is None:
        raise DemoError(f"--broker {url!r}: expected mqtt://user:password@host[:port]")
    account = Account(username=unquote(parts.username), password=unquote(parts.password))
    port = parts.port or 1883
    if not listening(parts.hostname, port):
        raise DemoError(f"--broker: nothing answers at {parts.hostname}:{port}")
    return Broker(kind="external", host=parts.hostname, port=port, accounts=dict.fromkeys(names, account), child=None)


def _mosquitto_path() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def _mosquitto(port: int, passwords: Mapping[str, str], folder: Path) -> list[str]:
    """Write its files; a gateway may write its own up/ and read its own down/ and nothing else."""
    path = _mosquitto_path()
    assert path is not None
    secrets = folder / "passwords"
    secrets.touch(mode=0o600)
    secrets.write_text("".join(f"{name}:{secret}\n" for name, secret in passwords.items()), encoding="utf-8")
    run("mosquitto_passwd", ["mosquitto_passwd", "-U", secrets])
    gateways = "".join(
        f"user {name}\ntopic write {ROOT}/{name}/up/#\ntopic read {ROOT}/{name}/down/#\ntopic read {HOST_STATE}\n\n"
        for name in passwords
        if name != CENTRE
    )
    (folder / "acl").write_text(f"user {CENTRE}\ntopic readwrite {ROOT}/#\n\n{gateways}", encoding="utf-8")
    (folder / "acl").chmod(0o600)
    settings = folder / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {secrets}\nacl_file {folder / 'acl'}\n"
        f"persistence false\nuser {_me()}\n",
        encoding="utf-8",
    )
    return [path, "-c", str(settings)]


def _amqtt(port: int, passwords: Mapping[str, str], folder: Path) -> list[str]:
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    secrets = folder / "passwords"
    secrets.touch(mode=0o600)
    hasher = PasswordHash((Argon2Hasher(),))
    secrets.write_text("".join(f"{n}:{hasher.hash(s)}\n" for n, s in passwords.items()), encoding="utf-8")
    publish = {n: [f"{ROOT}/#"] if n == CENTRE else [f"{ROOT}/{n}/up/#"] for n in passwords}
    receive = {n: [f"{ROOT}/#"] if n == CENTRE else [f"{ROOT}/{n}/down/#", HOST_STATE] for n in passwords}
    settings = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {
            "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(secrets)},
            "amqtt.plugins.topic_checking.TopicAccessControlListPlugin": {"publish_acl": publish, "acl": receive},
        },
    }
    path = folder / "amqtt.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return [sys.executable, "-W", "ignore", "-m", "amqtt.scripts.broker_script", "-c", str(path)]


def _me() -> str:
    """mosquitto gives up root for the user it is told; we want it to stay who started it, to read our files."""
    import getpass

    return getpass.getuser()
