"""The agent's end of the nursery: starts it, asks it for capture processes, starts it again if it dies."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from edge_agent.camera.messages import Assignment, Born, receive, send

log = logging.getLogger(__name__)

BIRTH_S = 10.0


class CaptureProcess:
    """One capture process: its connection, and a handle that can only ever kill this very process."""

    def __init__(self, conn: Connection, *, pid: int) -> None:
        self.conn = conn
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self._ending = threading.Lock()
        self._ended = False

    def kill(self) -> None:
        """SIGKILL; harmless when it is already gone or closed."""
        with self._ending:
            if self._ended:
                return
            try:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            except ProcessLookupError:
                return

    def close(self) -> None:
        """Kill it and let go of connection and handle."""
        self.kill()
        with self._ending:
            if not self._ended:
                self._ended = True
                os.close(self._handle)
                self.conn.close()


class Nursery:
    """Gives capture processes. For many threads."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def capture(self, assignment: Assignment) -> CaptureProcess:
        """A new capture process at work; OSError or EOFError when none could be had."""
        ours, theirs = Pipe(duplex=True)
        try:
            self._ask(theirs)
        finally:
            theirs.close()
        if not ours.poll(BIRTH_S):
            ours.close()
            raise TimeoutError(f"no capture process within {BIRTH_S:g} s")
        born = receive(ours)
        assert isinstance(born, Born)
        process = CaptureProcess(ours, pid=born.pid)
        send(ours, assignment)
        return process

    def close(self) -> None:
        """End the nursery; capture processes that are left die with it."""
        with self._asking:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                try:
                    self._process.wait(5)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._control = self._process = None

    def _ask(self, theirs: Connection) -> None:
        with self._asking:
            if self._process is None or self._process.poll() is not None:
                self._start()
            assert self._control is not None
            socket.send_fds(self._control, [b"c"], [theirs.fileno()])

    def _start(self) -> None:
        if self._process is not None:
            log.error("camera nursery died code=%s, starting another", self._process.returncode)
        if self._control is not None:
            self._control.close()
        self._control, theirs = socket.socketpair()
        single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        single |= {"OPENCV_FFMPEG_LOGLEVEL": "-8", "OPENCV_LOG_LEVEL": "ERROR"}
        command = [sys.executable, "-m", "edge_agent.camera.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, **single}
        )
        theirs.close()
