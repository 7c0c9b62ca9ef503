"""Evidence stills to the centre over HTTPS, oldest first, each from where it stopped (tus 1.0).

A still leaves the disk only when the centre says that it is complete. The centre finds an unfinished upload again by
its content, so nothing has to be remembered here. One that fails waits for itself and holds no newer one back; one that
the centre never takes is set aside, and a record says so.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Literal
from urllib.parse import quote

import httpx

from edge_agent.backoff import Backoff
from edge_agent.buffer.evidence import EvidenceFolder, Still
from edge_agent.clock import wall_ms
from edge_agent.errors import SettingsError, StoreError
from edge_agent.setbacks import Lenience, Setbacks
from edge_agent.settings import Centre, read_secret, trust_of
from wire.messages import StillHeld

log = logging.getLogger(__name__)

IDLE_S = 1.0
BLOCK_BYTES = 64 * 1024
TURNS_MAX = 8  # answers about one still that bring it no further
NEVER = frozenset({400, 413, 415, 422})  # the centre will not take this still, today or tomorrow
NO_UPLOADS = frozenset({404, 405, 501})  # a centre of before: stills are put whole
NOBODYS = frozenset({401, 403, 404, 405, 407, 408, 429, 503, 507})  # no still's own fault: the next would fare the same
IN_A_ROW_MAX = 3  # stills that fail one after another: then it is the centre, not they
REASON_CHARS_MAX = 1000
HARMED = "digest_differs"
_TUS = {"Tus-Resumable": "1.0.0"}
Outcome = Literal["sent", "refused", "failed", "later", "put", "gone"]
"""`failed`: this still, now; `later`: no still can be sent now."""


class Uploader:
    """`run` is a thread's whole life. `problem` is the last thing that stood in the way; `resumed` counts stills."""

    def __init__(
        self,
        centre: Centre,
        evidence: EvidenceFolder,
        *,
        random: Random,
        held: Callable[[StillHeld], None],
        lenience: Lenience | None = None,
    ) -> None:
        """`held` makes durable what is said of a still before it is set aside; StoreError: not now."""
        self.problem = ""
        self.sent = 0
        self.refused = 0
        self.resumed = 0
        self._centre = centre
        self._trust = trust_of(centre)
        self._evidence = evidence
        self._held = held
        self._backoff = Backoff(min_s=1.0, max_s=300.0, stable_s=0.0, random=random)
        self._setbacks = Setbacks(lenience or Lenience(), random=random)

    def run(self, stop: threading.Event) -> None:
        """Send what waits, wait for more; any failure is followed by a growing, jittered pause."""
        with httpx.Client(timeout=self._centre.timeout_s, verify=self._trust) as client:
            while not stop.is_set():
                try:
                    wait_s = self._send_all(client, stop)
                except Exception:
                    log.exception("sending evidence failed")
                    wait_s = self._backoff.after_failure()
                stop.wait(wait_s)

    def _send_all(self, client: httpx.Client, stop: threading.Event) -> float:
        """Seconds to wait before the next look."""
        waiting, in_a_row = self._evidence.waiting(), 0
        self._setbacks.keep_only({still.sha256 for still in waiting})
        for still in waiting:
            if stop.is_set():
                return 0.0
            if not self._setbacks.is_due(still.sha256, now_s=time.monotonic()):
                continue
            outcome = self._send(client, still)
            in_a_row = in_a_row + 1 if outcome == "failed" else 0
            if outcome == "later" or in_a_row >= IN_A_ROW_MAX:
                return self._backoff.after_failure()
            if outcome == "sent":
                self._backoff.after_run(0.0)
        return IDLE_S

    def _send(self, client: httpx.Client, still: Still) -> Outcome:
        """One still to its end for now."""
        try:
            outcome = self._upload(client, still)
            if outcome == "put":
                outcome = self._put(client, still)
        except FileNotFoundError:
            return "gone"  # given up for lack of room meanwhile
        except OSError as unread:
            self._complain(f"{still.path}: {unread.strerror}; expected a readable still")
            return self._failed(still)  # it stays, and the others go on
        except httpx.HTTPError as error:
            self._complain(f"{self._centre.url}: {type(error).__name__} {error}")
            return "later"
        except SettingsError as unreadable:  # the token: being renewed, or taken away
            self._complain(str(unreadable))
            return "later"
        if outcome == "sent":
            self._evidence.sent(still)
            self.sent += 1
            self.problem = ""
        if outcome == "refused":
            return self._set_aside(still, "refused")
        return self._failed(still) if outcome == "failed" else outcome

    def _failed(self, still: Still) -> Outcome:
        self._setbacks.failed(still.sha256, now_s=time.monotonic(), sent=self.sent)
        if self._setbacks.is_hopeless(still.sha256, age_s=_age_s(still), sent=self.sent):
            return self._set_aside(still, "failed")
        return "failed"

    def _set_aside(self, still: Still, state: Literal["refused", "failed"]) -> Outcome:
        """Said before it is done: a still is nowhere that nobody was told of."""
        reason = self.problem[:REASON_CHARS_MAX]
        try:
            self._held(StillHeld(sha256=still.sha256, size_bytes=still.size_bytes, state=state, reason=reason))
            self._evidence.refuse(still)
        except (StoreError, OSError) as full:
            log.warning("still not set aside now sha256=%s: %s", still.sha256, full)
            self._setbacks.failed(still.sha256, now_s=time.monotonic(), sent=self.sent)
            return "failed"
        self.refused += 1
        log.error("still set aside sha256=%s state=%s: %s", still.sha256, state, reason)
        return "refused"

    def _upload(self, client: httpx.Client, still: Still) -> Outcome:
        answer = client.post(self._address("uploads"), headers={**self._headers(), **_announced(still)})
        if answer.status_code in NO_UPLOADS:
            return "put"
        if not answer.is_success:
            return self._unsent(answer, still)
        url, offset = self._address(f"uploads/{_name(answer)}"), _offset(answer)
        self.resumed += 0 < offset < still.size_bytes
        for _ in range(TURNS_MAX):
            if _complete(answer):
                return "sent"
            before = offset
            answer = self._patch(client, url, still, offset=offset)
            offset = _offset(answer)
            if not answer.is_success and (answer.status_code != httpx.codes.CONFLICT or offset <= before):
                return self._unsent(answer, still)
        self._complain(f"{url}: {TURNS_MAX} answers and not complete; expected Upload-Complete: ?1")
        return "failed"

    def _patch(self, client: httpx.Client, url: str, still: Still, *, offset: int) -> httpx.Response:
        headers = {
            **self._headers(),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(still.size_bytes - offset),
            "Upload-Offset": str(offset),
        }
        return client.patch(url, content=_rest(still.path, offset), headers=headers)

    def _put(self, client: httpx.Client, still: Still) -> Outcome:
        """The whole still at once, as centres before uploads take it."""
        headers = {**self._headers(), "Content-Type": "image/jpeg"}
        url = self._address(f"evidence/{still.sha256}")
        answer = client.put(url, content=still.path.read_bytes(), headers=headers)
        return "sent" if answer.is_success else self._unsent(answer, still)

    def _unsent(self, answer: httpx.Response, still: Still) -> Outcome:
        url = answer.request.url
        self._complain(f"{url}: {answer.status_code} {answer.text[:200]}; expected 2xx")
        if answer.status_code not in NEVER:
            return "later" if answer.status_code in NOBODYS else "failed"
        if HARMED in answer.text and _sha256(still.path) == still.sha256:
            return "failed"  # it is whole here, so it was harmed on its way
        return "refused"

    def _address(self, path: str) -> str:
        return f"{self._centre.url.rstrip('/')}/api/v1/{path}"

    def _headers(self) -> dict[str, str]:
        """The token is read each time: it may be renewed while the agent runs."""
        return {**_TUS, "Authorization": f"Bearer {read_secret(self._centre.token_file)}"}

    def _complain(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("evidence not taken %s", problem)
        self.problem = problem


def _age_s(still: Still) -> float:
    """Since it was made, by the machine's clock; 0 when it is gone."""
    try:
        return wall_ms() / 1000 - still.path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _announced(still: Still) -> dict[str, str]:
    said = {"kind": "evidence", "sha256": still.sha256, "filename": still.path.name, "filetype": "image/jpeg"}
    spelled = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
    return {"Upload-Length": str(still.size_bytes), "Upload-Metadata": spelled}


def _offset(answer: httpx.Response) -> int:
    """Where the centre says the upload stands, -1 = it does not say."""
    said = answer.headers.get("Upload-Offset", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else -1


def _name(answer: httpx.Response) -> str:
    """The upload as the centre names it. Only its name is taken: the token goes nowhere but to our centre's address."""
    return quote(answer.headers.get("Location", "").rsplit("/", 1)[-1], safe="")


def _complete(answer: httpx.Response) -> bool:
    return answer.is_success and answer.headers.get("Upload-Complete") == "?1"


def _rest(path: Path, offset: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while block := file.read(BLOCK_BYTES):
            yield block


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    for block in _rest(path, 0):
        found.update(block)
    return found.hexdigest()
