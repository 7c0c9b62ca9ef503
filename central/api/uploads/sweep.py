"""Clears up after uploads that nobody came back to: finishes the whole ones, gives the others up after their time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from prometheus_client import Counter, Gauge
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from central.api.errors import ApiError
from central.api.services import Services
from central.api.uploads.finish import finish
from central.api.uploads.standing import expiry, part_folder
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_uploads import open_uploads
from central.store.save_uploads import end_upload, forget_uploads
from central.store.tables import Upload

log = logging.getLogger(__name__)

EVERY_S = 300.0
PIECES_S = 86_400.0
REMEMBERED = timedelta(days=90)

EXPIRED = Counter("siteprogress_uploads_expired", "Uploads given up because nobody went on with them")
SWEPT = Gauge("siteprogress_uploads_last_sweep", "Unix time of the last sweep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """`run` is a thread's whole life. Several centres may sweep at once: each upload is ended by one of them."""

    services: Services
    stopping: Event

    def run(self) -> None:
        """Sweep every few minutes until the centre stops."""
        while not self.stopping.wait(EVERY_S):
            try:
                self.sweep()
            except OperationalError as gone:
                log.warning("database not available for uploads: %s", gone.orig)

    def sweep(self) -> int:
        """One round; how many uploads were given up."""
        now, parts = self.services.wall(), part_folder(self.services.settings.data_dir)
        with reading(self.services.engine) as connection, Session(connection) as session:
            found = open_uploads(session)
            session.expunge_all()
        expired = 0
        for upload in found:
            if parts.offset(upload.id) >= upload.size_bytes:
                self._finish(upload)
            if now >= expiry(parts, upload, lifetime=self.services.settings.uploads.lifetime):
                expired += self._expire(upload)
        parts.clear_pieces(older_than_s=PIECES_S)
        parts.clear_parts(but={upload.id for upload in found}, older_than_s=PIECES_S)
        with writing(self.services.engine) as connection:
            forget_uploads(connection, ended_before_ms=to_ms(now - REMEMBERED))
        SWEPT.set(now.timestamp())
        return expired

    def _finish(self, upload: Upload) -> None:
        try:
            finish(self.services, upload.id)
        except OSError:
            log.exception("upload not finished, the others go on: id=%s owner=%s", upload.id, upload.owner)
        except ApiError as refused:
            log.warning("upload not taken id=%s owner=%s reason=%s", upload.id, upload.owner, refused)

    def _expire(self, upload: Upload) -> int:
        at_ms = to_ms(self.services.wall())
        with writing(self.services.engine) as connection:
            if not end_upload(connection, upload.id, state="expired", reason="nobody went on with it", at_ms=at_ms):
                return 0
        part_folder(self.services.settings.data_dir).drop(upload.id)
        EXPIRED.inc()
        log.info("upload expired id=%s owner=%s", upload.id, upload.owner)
        return 1
