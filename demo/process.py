"""Child processes of the demo: started with a log each, waited for, ended gently and then firmly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.errors import DemoError

PATIENCE_S = 300.0  # with what lives and is slow; what has died is told at once


@dataclass(slots=True, kw_only=True)
class Child:
    """One running command. `log` gets everything that it prints; `env` is added to ours."""

    name: str
    command: tuple[str, ...]
    log: Path
    env: Mapping[str, str]
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def start_again(self) -> None:
        """Start the same command again after it has ended."""
        self.stop()
        self.process = _open(self.name, self.command, log=self.log, env=self.env)

    def check(self) -> None:
        """DemoError with the end of its log when it has ended by itself."""
        code = self.process.poll()
        if code is not None:
            raise DemoError(f"{self.name} ended with code {code}; the end of {self.log}:\n{tail(self.log)}")

    def kill(self) -> None:
        """End it and everything that it started as a power cut would, and wait until it is gone."""
        _end_group(self.process.pid)
        self.process.kill()
        self.process.wait()

    def stop(self, *, grace_s: float = 10.0) -> None:
        """Ask it to end; after `grace_s` end it and everything that it started."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(grace_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        _end_group(self.process.pid)


def start(name: str, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> Child:
    """Start a command in a session of its own, so that Ctrl-C reaches us and we end our children in order."""
    spelt = tuple(str(part) for part in command)
    log.parent.mkdir(parents=True, exist_ok=True)
    told = dict(env or {})
    return Child(name=name, command=spelt, log=log, env=told, process=_open(name, spelt, log=log, env=told))


def _open(name: str, command: tuple[str, ...], *, log: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as sink:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **env},
                start_new_session=True,
            )
        except OSError as error:
            raise DemoError(f"{name} cannot be started as {command[0]}: {error.strerror}") from error


def run(
    name: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
    timeout_s: float = 60.0,
) -> str:
    """Run a command to its end, `text` as its input; return what it printed, DemoError with its words on failure."""
    spelt = [str(part) for part in command]
    try:
        done = subprocess.run(
            spelt,
            check=False,
            input=text if text is not None else "",
            capture_output=True,
            text=True,
            env={**os.environ, **(env or {})},
            timeout=timeout_s,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DemoError(f"{name}: {error}") from error
    if done.returncode != 0:
        raise DemoError(f"{name} failed with code {done.returncode}:\n{(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def wait_until(
    what: str, condition: Callable[[], bool], *, child: Child | None = None, timeout_s: float = PATIENCE_S
) -> None:
    """Wait for a condition; DemoError when the child ends first or the time is over."""
    end = time.monotonic() + timeout_s
    while not condition():
        if child is not None:
            child.check()
        if time.monotonic() > end:
            words = f"; the end of {child.log}:\n{tail(child.log)}" if child is not None else ""
            raise DemoError(f"{what} did not happen within {timeout_s:.0f} s{words}")
        time.sleep(0.02)


def listening(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def free_port(*, first: int = 0) -> int:
    """A port of the loopback nobody listens on: `first` or one soon after it, any one when 0."""
    for port in range(first, first + 50) if first else (0,):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise DemoError(f"no free port between {first} and {first + 49} on 127.0.0.1: choose another with --port")


def tail(path: Path, *, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]) or "(empty so far)"
    except OSError as error:
        return f"(no log: {error.strerror})"


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
