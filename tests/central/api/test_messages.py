"""A person's own messages with their receipts, and those of a case."""

from __future__ import annotations

from central.api.views.receipts import case_receipts
from central.store.engine import reading
from tests.central.api.district import Centre
from tests.central.notify.build import Wall, a_message, a_person, a_postman, tell
from tests.central.notify.providers import a_receiver


def total_of(centre: Centre, person: str) -> int:
    """How many messages somebody has."""
    return int(centre.client(person).get("/api/v1/messages").json()["total"])


def test_everybody_reads_his_own_messages_and_what_became_of_them(own_centre: Centre) -> None:
    wall, engine = Wall(), own_centre.engine
    before = {person: total_of(own_centre, person) for person in ("owner", "leader")}
    for number in range(901, 904):
        tell(engine, a_message("owner", about=f"case/{number}"), wall_ms=wall())
    tell(engine, a_message("leader", about="case/902"), wall_ms=wall())
    with a_receiver(say=lambda _: (404, "gone")) as hook:
        a_person(engine, "other", hook.url)
        tell(engine, a_message("other", about="case/902"), wall_ms=wall())
        a_postman(engine, wall).round()
    found = own_centre.client("owner").get("/api/v1/messages?limit=2").json()
    assert found["total"] == before["owner"] + 3
    assert [message["about"] for message in found["messages"]] == ["case/903", "case/902"]
    assert found["messages"][0]["receipt"]["state"] == "unaddressed"
    assert found["messages"][0]["subject"] == {"zh": "预警 case/903", "en": "warning case/903"}
    assert total_of(own_centre, "leader") == before["leader"] + 1
    assert own_centre.client("owner").get("/api/v1/messages?limit=0").status_code == 422
    with reading(engine) as connection:
        receipts = {one.person: one.receipt for one in case_receipts(connection, 902)}
    assert set(receipts) == {"owner", "leader", "other"}
    assert (receipts["other"].state, receipts["other"].outcome, receipts["other"].tries) == ("failed", "refused", 1)
    assert receipts["other"].words == "HTTP 404 Not Found gone"
