"""A small HTTP server in a thread, for cameras and uploads."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def http_server(*, get: Answer | None = None, put: Answer | None = None, tls: Path | None = None) -> Iterator[str]:
    """Its address, without a slash at the end. `tls`: a certificate with its key, in PEM."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert get is not None
            get(self)

        def do_PUT(self) -> None:
            assert put is not None
            put(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller that hangs up is no news
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
