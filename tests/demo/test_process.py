"""Children: started, watched, ended with all they started; what goes wrong is told with the end of the log."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.process import free_port, listening, run, start, tail, wait_until

NAP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
PARENT = (
    f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {NAP!r}]); print(p.pid, flush=True); p.wait()"
)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]


def test_a_child_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = start("talker", [sys.executable, "-c", "raise SystemExit('no settings')"], log=tmp_path / "t.log")
    with pytest.raises(DemoError, match=r"(?s)talker ended with code 1.*no settings"):
        wait_until("readiness", lambda: False, child=child)
    child.stop()


def test_waiting_has_an_end(tmp_path: Path) -> None:
    child = start("napper", [sys.executable, "-c", NAP], log=tmp_path / "n.log")
    with pytest.raises(DemoError, match=r"readiness did not happen within 0 s; the end of .*:\n\(empty so far\)"):
        wait_until("readiness", lambda: False, child=child, timeout_s=0.1)
    child.stop()
    assert not _alive(child.pid)


def test_the_deaf_are_killed(tmp_path: Path) -> None:
    child = start("deaf", [sys.executable, "-c", STUBBORN], log=tmp_path / "d.log")
    wait_until("its word", lambda: "deaf" in tail(child.log), child=child)
    child.stop(grace_s=0.1)
    assert not _alive(child.pid)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_grandchildren_end_too(tmp_path: Path, how: str) -> None:
    child = start("parent", [sys.executable, "-c", PARENT], log=tmp_path / "p.log")
    wait_until("its word", lambda: tail(child.log).strip().isdigit(), child=child)
    grandchild = int(tail(child.log))
    getattr(child, how)()
    wait_until("the grandchild's end", lambda: not _alive(grandchild))


def test_it_can_be_started_again(tmp_path: Path) -> None:
    child = start("napper", [sys.executable, "-c", NAP], log=tmp_path / "n.log")
    first = child.pid
    child.kill()
    child.start_again()
    assert child.pid != first
    assert _alive(child.pid)
    child.stop()


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(DemoError, match="ghost"):
        run("ghost", ["/no/such/program"])


def test_running_to_the_end() -> None:
    echo = [sys.executable, "-c", "print(input()[::-1])"]
    assert run("echo", echo, text="abc\n") == "cba\n"
    with pytest.raises(DemoError, match=r"(?s)failer failed with code 3.*why"):
        run("failer", [sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"])


def test_ports() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert listening("127.0.0.1", port)
        assert free_port(first=port) > port
    assert not listening("127.0.0.1", free_port())
