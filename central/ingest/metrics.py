"""Counters of ingest for /metrics."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

STORED = Counter("siteprogress_records_stored", "Records stored for the first time")
DUPLICATES = Counter("siteprogress_records_duplicate", "Records that came again and changed nothing")
CONFLICTS = Counter("siteprogress_identity_conflicts", "Records whose key was taken by other content")
LETTERS = Counter("siteprogress_dead_letters", "Messages and records that could not be taken")
REFUSED = Counter("siteprogress_frames_refused", "Frames whose signature or link did not hold")
RETRIES = Counter("siteprogress_ingest_retries", "Transactions tried again because the database was not there")
DROPPED = Counter("siteprogress_ingest_dropped", "Messages let go because too many were waiting")
CONNECTED = Gauge("siteprogress_broker_connected", "1 while the centre is connected to the broker")
CONNECTED_BULK = Gauge("siteprogress_broker_bulk_connected", "1 while the backlog lane is connected to the broker")
WAITING = Gauge("siteprogress_ingest_waiting", "Messages received and not yet committed")
