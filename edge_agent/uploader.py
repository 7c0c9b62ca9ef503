"""Evidence stills to the centre over HTTP, oldest first; a still leaves the disk only after a 2xx."""

from __future__ import annotations

import logging
import ssl
import threading
from random import Random

import httpx

from edge_agent.backoff import Backoff
from edge_agent.buffer.evidence import EvidenceFolder, Still
from edge_agent.settings import Centre, read_secret

log = logging.getLogger(__name__)

IDLE_S = 1.0
NEVER = frozenset({400, 413, 415, 422})  # the centre will not take this still, today or tomorrow


class Uploader:
    """`run` is a thread's whole life. `problem` is the last thing that stood in the way."""

    def __init__(self, centre: Centre, evidence: EvidenceFolder, *, random: Random) -> None:
        self.problem = ""
        self.sent = 0
        self.refused = 0
        self._centre = centre
        self._evidence = evidence
        self._backoff = Backoff(min_s=1.0, max_s=300.0, stable_s=0.0, random=random)

    def run(self, stop: threading.Event) -> None:
        """Send what waits, wait for more; any failure is followed by a growing, jittered pause."""
        verify = ssl.create_default_context(cafile=str(self._centre.ca_file)) if self._centre.ca_file else True
        with httpx.Client(timeout=self._centre.timeout_s, verify=verify) as client:
            while not stop.is_set():
                try:
                    wait_s = self._send_all(client, stop)
                except Exception:
                    log.exception("sending evidence failed")
                    wait_s = self._backoff.after_failure()
                stop.wait(wait_s)

    def _send_all(self, client: httpx.Client, stop: threading.Event) -> float:
        """Seconds to wait before the next look."""
        for still in self._evidence.waiting():
            if stop.is_set():
                return 0.0
            if not self._send(client, still):
                return self._backoff.after_failure()
            self._backoff.after_run(0.0)
        return IDLE_S

    def _send(self, client: httpx.Client, still: Still) -> bool:
        url = f"{self._centre.url.rstrip('/')}/api/v1/evidence/{still.sha256}"
        headers = {"Authorization": f"Bearer {read_secret(self._centre.token_file)}", "Content-Type": "image/jpeg"}
        try:
            answer = client.put(url, content=still.path.read_bytes(), headers=headers)
        except FileNotFoundError:
            return True  # given up for lack of room meanwhile
        except OSError as unread:
            self._complain(f"{still.path}: {unread.strerror}; expected a readable still")
            return True  # it stays, and the others go on
        except httpx.HTTPError as error:
            self._complain(f"{url}: {type(error).__name__} {error}")
            return False
        if answer.is_success:
            self._evidence.sent(still)
            self.sent += 1
            self.problem = ""
            return True
        self._complain(f"{url}: {answer.status_code} {answer.text[:200]}; expected 2xx")
        if answer.status_code in NEVER:
            self._evidence.refuse(still)
            self.refused += 1
            return True
        return False

    def _complain(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("evidence not taken %s", problem)
        self.problem = problem
