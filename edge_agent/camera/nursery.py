"""A small process that has the image libraries loaded and forks one capture process a camera, each killable alone.

Forked children share the libraries' pages: eight cameras cost about 20 MB in all instead of 19 MB each (measured, PSS).
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection

import cv2

from edge_agent.camera import folder, http, rtsp
from edge_agent.camera.messages import Assignment, Born, receive, send

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1


def serve(control: socket.socket) -> None:
    """Fork a capture process for each connection that arrives on the control socket, until that is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    for number in (signal.SIGINT, signal.SIGTERM):  # they may reach the whole group, but ending is the agent's affair
        signal.signal(number, signal.SIG_IGN)
    cv2.setNumThreads(1)
    gc.freeze()  # the collector writes into each object it looks at, and what is written is shared no more
    while True:
        data, handles, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            return
        if os.fork() == 0:
            control.close()
            _capture(Connection(handles[0]))
        os.close(handles[0])


def _capture(conn: Connection) -> None:
    """The whole life of a capture process. It never returns into the nursery."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        send(conn, Born(pid=os.getpid()))
        assignment = receive(conn)
        assert isinstance(assignment, Assignment)
        _watch(conn, assignment)
        code = 0
    except (EOFError, BrokenPipeError, ConnectionResetError):
        code = 0  # the agent is gone, or wants no more
    except Exception:
        log.exception("capture process failed")
    finally:
        os._exit(code)


def _watch(conn: Connection, assignment: Assignment) -> None:
    match assignment.kind:
        case "rtsp":
            rtsp.watch(conn, assignment.options)
        case "http":
            http.watch(conn, assignment.options)
        case "folder":
            folder.watch(conn, assignment.options, assignment.known)
        case kind:
            msg = f"camera kind {kind!r}, expected rtsp, http or folder"
            raise ValueError(msg)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
