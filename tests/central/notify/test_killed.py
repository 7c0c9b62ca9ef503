"""A centre's process that is killed while a provider holds its message: told as unknown, sent again under one name."""

from __future__ import annotations

import subprocess
import sys
import threading

from sqlalchemy import Engine

from tests.central.notify.build import Wall, a_message, a_person, a_postman, receipts, tell, tries
from tests.central.notify.providers import a_receiver
from tests.services import wait_until

SENDS = """
import sys
from central.store.engine import open_engine
from tests.central.notify.build import Wall, a_postman
a_postman(open_engine(sys.argv[1]), Wall(), timeout_s=60.0, holder="killed").round()
"""


def test_killed_between_send_and_mark(any_store: Engine) -> None:
    wall, release = Wall(), threading.Event()

    def held(before: int) -> tuple[int, str]:
        if before == 0:
            release.wait(300)
        return 200, "{}"

    with a_receiver(say=held) as hook:
        a_person(any_store, "owner", hook.url)
        tell(any_store, a_message(), wall_ms=wall())
        url = any_store.url.render_as_string(hide_password=False)
        process = subprocess.Popen([sys.executable, "-c", SENDS, url])
        try:
            wait_until(lambda: hook.got, what="the receiver has the message", timeout_s=300)
        finally:
            process.kill()
            process.wait(30)
            release.set()
        postman = a_postman(any_store, wall)
        postman.round()
        assert [row.state for row in receipts(any_store)] == ["sending"]  # whose it is says the claim, not the pid
        wall.on(s=121)
        postman.round()
        assert [outcome for _, outcome, _ in tries(any_store)] == ["unknown", "sent"]
        assert len(hook.got) == 2
        assert len({got.headers["Idempotency-Key"] for got in hook.got}) == 1
