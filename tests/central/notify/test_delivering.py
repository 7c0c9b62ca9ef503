"""From the outbox to a real mail server and a real receiver, on both databases: once, late, refused, after a crash."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, select

from central.notify.aftermath import Answer, Next
from central.notify.channels import Address
from central.notify.composing import Letter, Style, composed
from central.notify.sealing import Sealer
from central.notify.timing import Hours
from central.store import act_mended, tables
from central.store.deliver_notified import begin, claim, finish
from central.store.engine import reading, writing
from central.store.read_mended import told_of
from central.store.save_addresses import add_address, remove_address
from central.store.save_notified import plan_queued
from central.store.upsert import table_of
from tests.central.mending import build as mending
from tests.central.notify.build import SEALER, Wall, a_message, a_person, a_postman, ms, reached, receipts, tell, tries
from tests.central.notify.providers import a_mailbox, a_receiver, text_of


@pytest.fixture
def wall() -> Wall:
    return Wall()


def state(engine: Engine, about: str = "case/1") -> list[tuple[str, str | None]]:
    """(person, state) of the messages about something."""
    return [(row.person, row.state) for row in receipts(engine, about)]


def test_what_two_are_told_while_the_server_is_down_comes_once_to_each_when_it_is_up(
    any_store: Engine, wall: Wall
) -> None:
    with a_mailbox() as box:
        box.stop()
        for person in ("owner", "boss"):
            a_person(any_store, person, f"{person}@district.cn")
            assert tell(any_store, a_message(person), wall_ms=wall())
            assert not tell(any_store, a_message(person), wall_ms=wall())
        postman = a_postman(any_store, wall, relay=box.relay)
        postman.round()
        assert [outcome for _, outcome, _ in tries(any_store)] == ["down"]  # the second need not find out by itself
        assert state(any_store) == [("owner", "waiting"), ("boss", "waiting")]
        assert postman.round() == 0
        box.start()
        wall.on(s=5)
        postman.round()
        wall.on(s=86_400)
        assert postman.round() == 0
        assert sorted(mail["To"] for mail in box.mails) == ["boss@district.cn", "owner@district.cn"]
        assert [(row.state, row.channel, row.outcome) for row in receipts(any_store)] == [("sent", "email", "sent")] * 2
        assert sorted(row.tries for row in receipts(any_store)) == [1, 2]


@pytest.mark.requirement("A18")
def test_a_yellow_warning_reaches_owner_and_leader_and_says_who_acknowledged(any_store: Engine) -> None:
    wall = Wall(mending.NOW_MS)
    mending.fill(any_store, people=("owner", "boss"))
    with a_mailbox() as box:
        box.stop()
        for person in ("owner", "boss"):
            reached(any_store, person, f"{person}@district.cn")
        warning = mending.warn(any_store, "yellow")
        case = mending.case_with(any_store, warning).id
        postman = a_postman(any_store, wall, relay=box.relay)
        postman.round()
        assert state(any_store, f"case/{case}") == [("owner", "waiting"), ("boss", "waiting")]
        box.start()
        for _ in range(3):
            wall.on(s=60)
            postman.round()
        assert sorted(mail["To"] for mail in box.mails) == ["boss@district.cn", "owner@district.cn"]
        assert state(any_store, f"case/{case}") == [("owner", "sent"), ("boss", "sent")]
        with writing(any_store) as connection:
            act_mended.acknowledge(connection, case, mending.actor("boss"), wall_ms=wall())
            told = {row.person: row.acknowledged_at for row in told_of(connection, case)}
        assert told == {"owner": None, "boss": wall()}


def test_a_mail_says_it_in_both_languages_with_a_link_and_a_steady_id(any_store: Engine, wall: Wall) -> None:
    answers = ["451 try later", "250 OK"]
    with a_mailbox(say=lambda before: answers[before]) as box:
        a_person(any_store, "owner", "owner@district.cn")
        tell(any_store, a_message(), wall_ms=wall())
        postman = a_postman(any_store, wall, relay=box.relay)
        postman.style = type(postman.style)(pages_url="https://centre.district.cn/")
        postman.round()
        wall.on(s=5)
        postman.round()
        assert tries(any_store) == [("email", "down", "SMTP 451 try later"), ("email", "sent", "SMTP 250")]
        (mail,) = box.mails
        assert box.subjects == ["预警 case/1 / warning case/1"]
        assert text_of(mail).split("\n\n") == [
            "三号楼滞后一周", "Building 3 is a week late", "https://centre.district.cn/warnings?sel=1"
        ]  # fmt: skip
        with reading(any_store) as connection:
            token = connection.execute(select(table_of(tables.Delivery).c.token)).scalar_one()
        assert mail.get_all("Message-ID") == [f"<{token}@siteprogress>"]


def test_a_mailbox_that_is_not_there_is_no_reason_to_try_again_and_the_words_hide_it(
    any_store: Engine, wall: Wall
) -> None:
    with a_mailbox(refuse=lambda address: f"550 <{address}> no such user 13800001111") as box:
        a_person(any_store, "owner", "owner@district.cn")
        tell(any_store, a_message(), wall_ms=wall())
        a_postman(any_store, wall, relay=box.relay).round()
        assert tries(any_store) == [("email", "refused", "SMTP 550 <…> no such user …")]
        assert state(any_store) == [("owner", "failed")]


def test_the_next_address_is_taken_when_one_refuses(any_store: Engine, wall: Wall) -> None:
    with a_mailbox() as box, a_receiver(say=lambda _: (404, "gone")) as hook:
        a_person(any_store, "owner", hook.url, "owner@district.cn")
        tell(any_store, a_message(), wall_ms=wall())
        postman = a_postman(any_store, wall, relay=box.relay)
        postman.round()
        postman.round()
        assert [(channel, outcome) for channel, outcome, _ in tries(any_store)] == [
            ("webhook", "refused"), ("email", "sent")
        ]  # fmt: skip
        assert len(hook.got) == len(box.mails) == 1


def test_a_receiver_of_errors_is_asked_again_under_one_key_and_never_more_often_than_it_wants(
    any_store: Engine, wall: Wall
) -> None:
    with a_receiver(
        say=lambda before: (503, "busy") if before < 2 else (204, ""), headers={"Retry-After": "600"}
    ) as hook:
        a_person(any_store, "owner", hook.url)
        tell(any_store, a_message(), wall_ms=wall())
        postman = a_postman(any_store, wall)
        for seconds in (0, 599, 1, 600, 3600):
            wall.on(s=seconds)
            postman.round()
        assert len(hook.got) == 3
        assert len({got.headers["Idempotency-Key"] for got in hook.got}) == 1
        assert [outcome for _, outcome, _ in tries(any_store)] == ["down", "down", "sent"]
        assert hook.got[-1].body["title"] == "预警 case/1 / warning case/1"


def test_no_answer_is_told_as_such_and_asked_again_under_the_same_key(any_store: Engine, wall: Wall) -> None:
    release = threading.Event()

    def slow(before: int) -> tuple[int, str]:
        if before == 0:
            release.wait(30)
        return 200, "{}"

    with a_receiver(say=slow) as hook:
        a_person(any_store, "owner", hook.url)
        tell(any_store, a_message(), wall_ms=wall())
        postman = a_postman(any_store, wall, timeout_s=0.2)
        postman.round()
        release.set()
        assert tries(any_store) == [("webhook", "unknown", "no answer (ReadTimeout)")]
        wall.on(s=5)
        postman.round()
        assert state(any_store) == [("owner", "sent")]
        assert len({got.headers["Idempotency-Key"] for got in hook.got}) == 1


def test_a_dead_provider_keeps_nobody_elses_message(any_store: Engine, wall: Wall) -> None:
    with a_mailbox() as box, a_receiver(say=lambda _: (500, "")) as hook:
        a_person(any_store, "a", hook.url)
        a_person(any_store, "b", hook.url)
        a_person(any_store, "c", "c@district.cn")
        for person in "abc":
            tell(any_store, a_message(person), wall_ms=wall())
        a_postman(any_store, wall, relay=box.relay).round()
        assert len(hook.got) == 1
        assert [mail["To"] for mail in box.mails] == ["c@district.cn"]


def test_who_has_no_address_is_told_when_there_is_one(any_store: Engine, wall: Wall) -> None:
    with a_mailbox() as box:
        a_person(any_store, "owner")
        tell(any_store, a_message(), wall_ms=wall())
        postman = a_postman(any_store, wall, relay=box.relay)
        postman.round()
        assert state(any_store) == [("owner", "unaddressed")]
        assert postman.round() == 0
        with writing(any_store) as connection:
            sealed = SEALER.seal("owner@district.cn", person="owner")
            number = add_address(
                connection, "owner", channel="email", rank=0, sealed=sealed, by="test", now_ms=wall()
            )  # fmt: skip
        postman.round()
        assert len(box.mails) == 1
        with writing(any_store) as connection:
            remove_address(connection, number, by="test", now_ms=wall())
        with reading(any_store) as connection:
            assert connection.execute(select(table_of(tables.PersonAddress).c.sealed)).scalars().all() == [""]


@pytest.mark.parametrize(
    ("queued", "level", "urgent", "before", "at"),
    [
        ("05-20 21:59", "yellow", False, None, "05-20 21:59"),
        ("05-20 22:00", "yellow", False, "05-21 06:59", "05-21 07:00"),
        ("05-21 03:00", None, False, "05-21 06:59", "05-21 07:00"),
        ("05-20 23:30", "red", True, None, "05-20 23:30"),
        ("05-20 09:00", "blue", False, "05-21 07:59", "05-21 08:00"),
        ("05-20 07:30", "blue", False, "05-20 07:59", "05-20 08:00"),
    ],
)
def test_nights_are_quiet_except_for_red_and_blue_waits_for_eight(
    sqlite_store: Engine, queued: str, level: Any, urgent: bool, before: str | None, at: str
) -> None:
    wall = Wall(ms(queued))
    with a_mailbox() as box:
        a_person(sqlite_store, "owner", "owner@district.cn")
        tell(sqlite_store, a_message(level=level, urgent=urgent), wall_ms=wall())
        postman = a_postman(sqlite_store, wall, relay=box.relay)
        if before is not None:
            postman.round()
            wall.to(before)
            postman.round()
            assert box.mails == []
        wall.to(at)
        postman.round()
        assert len(box.mails) == 1


def test_what_failed_before_the_night_is_not_tried_again_in_it(sqlite_store: Engine) -> None:
    wall = Wall(ms("05-20 21:59"))
    with a_receiver(say=lambda before: (500, "") if before == 0 else (200, "")) as hook:
        a_person(sqlite_store, "owner", hook.url)
        tell(sqlite_store, a_message(), wall_ms=wall())
        postman = a_postman(sqlite_store, wall)
        for said in ("05-20 21:59", "05-20 22:30", "05-21 06:59"):
            wall.to(said)
            postman.round()
            assert len(hook.got) == 1
        wall.to("05-21 07:00")
        postman.round()
        assert state(sqlite_store) == [("owner", "sent")]


def test_a_days_blue_warnings_are_one_letter_and_later_ones_the_next_days(any_store: Engine, wall: Wall) -> None:
    with a_mailbox() as box:
        for person in ("owner", "boss"):
            a_person(any_store, person, f"{person}@district.cn")
        postman = a_postman(any_store, wall, relay=box.relay)
        for about in ("case/1", "case/2", "case/3"):
            tell(any_store, a_message(level="blue", about=about), wall_ms=wall())
            postman.round()
        tell(any_store, a_message("boss", level="blue"), wall_ms=wall())
        wall.to("05-21 08:00")
        postman.round()
        assert sorted(mail["To"] for mail in box.mails) == ["boss@district.cn", "owner@district.cn"]
        (mine,) = [mail for mail in box.mails if mail["To"] == "owner@district.cn"]
        assert [f"预警 case/{at}" in text_of(mine) for at in (1, 2, 3)] == [True] * 3
        assert any(subject.startswith("蓝色预警日报: 3 条") for subject in box.subjects)
        tell(any_store, a_message(level="blue", about="case/4"), wall_ms=wall())  # 08:00 itself: that letter has gone
        postman.round()
        wall.to("05-21 23:00")
        postman.round()
        assert len(box.mails) == 2
        wall.to("05-22 08:00")
        postman.round()
        assert len(box.mails) == 3


def test_a_digest_that_is_tried_again_is_the_same_letter(any_store: Engine) -> None:
    wall = Wall(ms("05-20 08:00"))
    with a_receiver(say=lambda before: (500, "") if before == 0 else (200, "")) as hook:
        a_person(any_store, "owner", hook.url)
        postman = a_postman(any_store, wall)
        tell(any_store, a_message(level="blue"), wall_ms=wall())
        postman.round()
        tell(any_store, a_message(level="blue", about="case/2"), wall_ms=wall())
        wall.on(s=5)
        postman.round()
        assert [got.body for got in hook.got] == [hook.got[0].body] * 2
        wall.to("05-21 08:00")
        postman.round()
        assert len(hook.got) == 3
        assert "case/2" in hook.got[2].body["message"]


def test_two_postmen_send_nothing_twice(any_store: Engine, wall: Wall) -> None:
    with a_receiver() as hook:
        for number in range(30):
            a_person(any_store, f"p{number}", hook.url)
            tell(any_store, a_message(f"p{number}"), wall_ms=wall())
        postmen = [a_postman(any_store, wall, holder=name, limit=4) for name in "abc"]
        threads = [
            threading.Thread(target=lambda one=one: [one.round() for _ in range(30)]) for one in postmen
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(hook.got) == 30
        assert len({got.headers["Idempotency-Key"] for got in hook.got}) == 30


def taken(engine: Engine, wall: Wall, *, holder: str = "dead") -> Any:
    """One delivery, claimed as a postman does."""
    with writing(engine) as connection:
        plan_queued(connection, hours=Hours(), now_ms=wall())
        (one,) = claim(
            connection, holder=holder, now_ms=wall(), until_ms=wall() + 120_000, limit=9, urgent_only=False
        )  # fmt: skip
    return one


def test_a_sender_that_died_before_it_began_leaves_no_try(any_store: Engine, wall: Wall) -> None:
    with a_receiver() as hook:
        a_person(any_store, "owner", hook.url)
        tell(any_store, a_message(), wall_ms=wall())
        taken(any_store, wall)
        postman = a_postman(any_store, wall)
        wall.on(s=119)
        postman.round()
        assert hook.got == []
        wall.on(s=1)
        postman.round()
        assert [outcome for _, outcome, _ in tries(any_store)] == ["sent"]


def test_a_sender_that_died_between_send_and_mark_is_told_and_the_repeat_bears_the_same_name(
    any_store: Engine, wall: Wall
) -> None:
    with a_mailbox() as box:
        a_person(any_store, "owner", "owner@district.cn")
        tell(any_store, a_message(), wall_ms=wall())
        dead = a_postman(any_store, wall, relay=box.relay, holder="dead")
        one = taken(any_store, wall)
        with writing(any_store) as connection:
            assert begin(connection, one, now_ms=wall(), until_ms=wall() + 120_000)
        address = dead._opened(one)
        assert address is not None
        letter = composed(one.parts, digest=False, token=one.token, urgent=False, style=Style())
        assert dead.sender().send(address, letter).outcome == "sent"  # and here the power goes
        wall.on(s=121)
        a_postman(any_store, wall, relay=box.relay).round()
        assert tries(any_store) == [
            ("email", "unknown", "the sender ended before the answer was known"), ("email", "sent", "SMTP 250")
        ]  # fmt: skip
        assert len({mail["Message-ID"] for mail in box.mails}) == 1
        assert len(box.mails) == 2


def test_who_lost_his_claim_neither_begins_nor_overwrites(any_store: Engine, wall: Wall) -> None:
    a_person(any_store, "owner", "json://127.0.0.1:1/x")
    tell(any_store, a_message(), wall_ms=wall())
    first = taken(any_store, wall)
    wall.on(s=121)
    second = taken(any_store, wall, holder="other")
    with writing(any_store) as connection:
        assert not begin(connection, first, now_ms=wall(), until_ms=wall() + 1)
        assert begin(connection, second, now_ms=wall(), until_ms=wall() + 120_000)
        lost = finish(
            connection, first, answer=Answer(outcome="refused", words=""), after=Next(state="failed", at_ms=wall()),
            now_ms=wall(),
        )  # fmt: skip
        assert not lost
    assert state(any_store) == [("owner", "sending")]


class Broken:
    """A sender with a fault of ours."""

    def send(self, address: Address, letter: Letter) -> Answer:
        raise RuntimeError("fault")


def test_a_fault_of_ours_counts_as_unknown_and_stops_nobody(sqlite_store: Engine, wall: Wall) -> None:
    a_person(sqlite_store, "owner", "owner@district.cn")
    tell(sqlite_store, a_message(), wall_ms=wall())
    a_postman(sqlite_store, wall, sender=Broken()).round()
    assert tries(sqlite_store) == [("email", "unknown", "RuntimeError")]
    assert state(sqlite_store) == [("owner", "waiting")]


def test_an_address_of_another_key_is_told_and_the_next_one_taken(sqlite_store: Engine, wall: Wall) -> None:
    with a_receiver() as hook:
        a_person(sqlite_store, "owner", "owner@district.cn", hook.url)
        tell(sqlite_store, a_message(), wall_ms=wall())
        postman = a_postman(sqlite_store, wall)
        other = Sealer(key=bytes(32), key_name="other")
        with writing(sqlite_store) as connection:
            table = table_of(tables.PersonAddress)
            sealed = other.seal("owner@district.cn", person="owner")
            connection.execute(table.update().where(table.c.rank == 0).values(sealed=sealed))
        postman.round()
        postman.round()
        assert tries(sqlite_store)[0][:2] == ("email", "refused")
        assert "sealed with key other" in tries(sqlite_store)[0][2]
        assert state(sqlite_store) == [("owner", "sent")]


def test_three_days_of_silence_are_the_end_of_it(sqlite_store: Engine, wall: Wall) -> None:
    a_person(sqlite_store, "owner", "json://127.0.0.1:1/x")
    tell(sqlite_store, a_message(), wall_ms=wall())
    postman = a_postman(sqlite_store, wall)
    for _ in range(73):
        postman.round()
        wall.on(s=3600)
    assert state(sqlite_store) == [("owner", "failed")]
    assert {outcome for _, outcome, _ in tries(sqlite_store)} == {"down"}


def test_no_log_line_at_any_level_holds_an_address_or_a_token(
    sqlite_store: Engine, wall: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with a_mailbox(refuse=lambda address: f"550 <{address}>") as box, a_receiver(say=lambda _: (500, "")) as hook:
        a_person(sqlite_store, "owner", hook.url, "zhangsan@district.cn")
        a_person(sqlite_store, "boss", "zhangsan@district.cn")
        for person in ("owner", "boss"):
            tell(sqlite_store, a_message(person), wall_ms=wall())
        a_postman(sqlite_store, wall, relay=box.relay).round()
    said = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # the test's own server's
    for outcome in ("outcome=refused", "outcome=down"):
        assert any(outcome in line for line in said)
    for secret in ("zhangsan", "s3cretpath"):
        assert not [line for line in said if secret in line]
