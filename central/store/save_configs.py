"""Orders configurations of gateways and files their answers; each order is in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, insert, or_, select, update

from central.audit.trail import append
from central.errors import UnknownThing
from central.store import tables
from central.store.engine import writing
from central.store.read_configs import newest_id, parts_of
from central.store.upsert import insert_new, table_of
from wire.codec import encode
from wire.messages import Config, ConfigPart

_GATEWAY, _DESIRED, _PART, _ASK = (
    table_of(tables.Gateway),
    table_of(tables.DesiredConfig),
    table_of(tables.ConfigPart),
    table_of(tables.ReferenceAsk),
)


def order(
    engine: Engine,
    gateway: str,
    *,
    make: Callable[[int, tuple[ConfigPart, ...]], Config],
    by: str,
    now_ms: int,
    based_on: int | None = None,
) -> Config:
    """File the next configuration of an enrolled gateway; `make` gives it from its id and the parts of the last one.

    Ids grow with the clock too, so that a centre restored from a backup does not use again what a gateway has seen.
    """
    with writing(engine) as connection:
        check_enrolled(connection, gateway)
        last = newest_id(connection, gateway)
        if based_on not in (None, last):
            raise UnknownThing(f"configuration {last} was ordered meanwhile", where="based_on", expected=str(last))
        config = make(max(last + 1, now_ms // 1000), parts_of(connection, gateway, last))
        connection.execute(
            insert(_DESIRED).values(
                gateway=gateway,
                id=config.id,
                issued_at=config.issued_at,
                deadline_at=config.deadline,
                issued_by=by,
                message=encode(config).decode(),
                state="",
                reason="",
            )
        )
        if config.parts:
            connection.execute(insert(_PART), [_part_row(config, part) for part in config.parts])
        told = [f"{part.kind} {part.name} {part.sha256}" for part in config.parts]
        append(
            connection,
            at_ms=now_ms,
            actor=by,
            action="gateway.configure",
            object_=f"gateway/{gateway}",
            detail={"id": config.id, "parts": told},
        )
    return config


def save_results(connection: Connection, results: Sequence[dict[str, Any]]) -> None:
    """File what gateways answer to orders; `of` each says which kind it is, and with it what it holds.

    config_result {gateway, id, state, reason, at}: of several to one configuration the latest said counts.
    config_step {gateway, epoch, seq, config, step, at}: said twice, the first stands.
    reference_frame {gateway, id, camera, state, …, at}: a frame that was taken stays, whatever is said afterwards.
    """
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for result in sorted(results, key=lambda row: row["at"]):
        by_kind.setdefault(result["of"], []).append({name: value for name, value in result.items() if name != "of"})
    _save_states(connection, by_kind.get("config_result", []))
    insert_new(connection, tables.ConfigStep, by_kind.get("config_step", []))
    _save_frames(connection, by_kind.get("reference_frame", []))


def _save_frames(connection: Connection, answers: Sequence[dict[str, Any]]) -> None:
    for answer in answers:
        mine = _ASK.c.gateway == answer["gateway"], _ASK.c.id == answer["id"], _ASK.c.camera == answer["camera"]
        said = {name: value for name, value in answer.items() if name not in ("gateway", "id", "camera", "at")}
        connection.execute(update(_ASK).where(*mine, _ASK.c.state != "taken").values(**said, answered_at=answer["at"]))


def _save_states(connection: Connection, results: Sequence[dict[str, Any]]) -> None:
    for result in results:
        mine = _DESIRED.c.gateway == result["gateway"], _DESIRED.c.id == result["id"]
        newer = or_(_DESIRED.c.answered_at.is_(None), _DESIRED.c.answered_at <= result["at"])
        said = {"state": result["state"], "reason": result["reason"], "answered_at": result["at"]}
        connection.execute(update(_DESIRED).where(*mine, newer).values(said))


def check_enrolled(connection: Connection, gateway: str) -> None:
    """Also holds the gateway's row: two orders of one gateway come one after the other."""
    row = connection.execute(select(_GATEWAY).where(_GATEWAY.c.id == gateway).with_for_update()).first()
    if row is None or row.retired_at is not None or row.revoked_at is not None:
        raise UnknownThing(f"gateway {gateway}", where="gateway", expected="a registered one, not retired or revoked")
    if row.public_key is None:
        raise UnknownThing(
            f"gateway {gateway} is not enrolled and takes no orders",
            where="gateway",
            expected="one of siteprogress-central gateway enroll, which knows this centre's key",
        )


def _part_row(config: Config, part: ConfigPart) -> dict[str, Any]:
    return {
        "gateway": config.gw,
        "config": config.id,
        "kind": part.kind,
        "name": part.name,
        "sha256": part.sha256,
        "size_bytes": part.size_bytes,
    }
