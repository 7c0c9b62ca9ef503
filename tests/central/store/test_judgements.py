"""Weights on both databases: asked, answered, frozen; nobody answers for another, and nothing is rewritten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from central.domain import Text
from central.errors import UnknownThing
from central.scoring.frames import FRAMES
from central.scoring.questionnaire import Criterion, Opinion
from central.scoring.refused import ScoringRefused
from central.scoring.weight_document import digest_of, read_weights, remade
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_judgements import frozen_of, node_ids, opinions_of, weighing_node, weights_of
from central.store.save_judgements import answer, ask_again, freeze, invite, open_node, release
from tests.central.store.test_deciding_together import together

CRITERIA = tuple(Criterion(id=key, name=Text(zh=key, en=key)) for key in ("in", "out", "effect"))
M1 = {(0, 1): -3, (0, 2): -2, (1, 2): 2}  # domain.md §5.2
M2 = {(0, 1): -2, (0, 2): -4, (1, 2): -3}
TORN = {(0, 1): 2, (0, 2): -4, (1, 2): 3}


@pytest.fixture
def desk(any_store: Engine) -> Engine:
    """Node n of the desk (`clerk`), which asks two experts."""
    with writing(any_store) as connection, Session(connection) as session:
        for name in ("clerk", "head", "one", "two"):
            session.add(tables.User(username=name, name=name, password_hash="-", created_at=0))
        session.flush()
        open_node(connection, "n", name=Text(zh="产出", en="output"), unit="", criteria=CRITERIA, by="clerk", now_ms=1)
        invite(connection, "n", "one", weight=2, by="clerk", now_ms=1)
        invite(connection, "n", "two", weight=1, by="clerk", now_ms=1)
    return any_store


def say(engine: Engine, person: str, says: dict[tuple[int, int], int], *, by: str = "", now_ms: int = 2) -> None:
    with writing(engine) as connection:
        answer(connection, "n", person, says, by=by or person, now_ms=now_ms)


def ended(engine: Engine, *, note: str = "", by: str = "head") -> None:
    with writing(engine) as connection:
        freeze(connection, "n", note=note, by=by, now_ms=3)


def trail(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT action FROM audit_entry ORDER BY seq")).scalars())


def test_answers_come_bit_by_bit_and_the_newest_holds(desk: Engine) -> None:
    say(desk, "one", {(0, 1): 5})
    say(desk, "one", {(2, 0): 2, (0, 1): 5}, now_ms=3)
    say(desk, "one", {(0, 1): -3, (1, 2): 2}, now_ms=4)
    with reading(desk) as connection:
        node = weighing_node(connection, "n")
        assert node is not None
        said = opinions_of(connection, node)
        rows = connection.execute(text("SELECT first, second, says FROM weight_judgement ORDER BY id")).all()
    assert (said["one"].says, said["two"].says) == (M1, {})
    assert [tuple(row) for row in rows] == [(0, 1, 5), (0, 2, -2), (0, 1, -3), (1, 2, 2)]  # what was said again is not


@pytest.mark.requirement("A24")
def test_frozen_weights_come_back_bit_for_bit_and_are_made_again_from_what_was_said(desk: Engine) -> None:
    say(desk, "one", M1)
    say(desk, "two", M1 | {(1, 2): 3})
    with reading(desk) as connection:
        assert weights_of(connection, node="n") is None
    ended(desk)
    with reading(desk) as connection:
        found, stored = weights_of(connection, node="n"), frozen_of(connection, "n", 1)
    assert found is not None
    assert stored is not None
    assert digest_of(stored.body) == stored.sha256
    assert found == read_weights(stored.body) == remade(stored.body)
    assert [e.share for e in found.experts] == [2 / 3, 1 / 3]
    assert trail(desk)[-1] == "weights.freeze"


@pytest.mark.parametrize(
    ("says", "note", "code"),
    [
        ((M1, {}), "", "wrong_state"),
        ((M1, TORN), "谈过了", "wrong_state"),
        ((M1, M2), " ", "missing"),
        ((M1, M2), "讨论后维持各自判断", None),
    ],
)
def test_only_sound_weights_are_frozen_and_disagreement_needs_a_note(
    desk: Engine, says: tuple[Any, Any], note: str, code: str | None
) -> None:
    for person, said in zip(("one", "two"), says, strict=True):
        say(desk, person, said)
    if code is None:
        return ended(desk, note=note)
    with pytest.raises(ScoringRefused) as refused:
        ended(desk, note=note)
    assert refused.value.code == code
    return None


def test_nobody_answers_for_another_nor_uninvited(desk: Engine) -> None:
    for person, by in (("one", "two"), ("one", "clerk"), ("head", "head")):
        with pytest.raises(ScoringRefused) as refused:
            say(desk, person, M1, by=by)
        assert refused.value.code == "not_yours"
    with reading(desk) as connection:
        assert connection.execute(text("SELECT count(*) FROM weight_judgement")).scalar_one() == 0


def test_who_asks_is_not_asked_and_who_is_asked_does_not_freeze(desk: Engine) -> None:
    with pytest.raises(ScoringRefused, match="organises"), writing(desk) as connection:
        invite(connection, "n", "clerk", weight=1, by="head", now_ms=2)
    with pytest.raises(ScoringRefused, match="user 'nobody'"), writing(desk) as connection:
        invite(connection, "n", "nobody", weight=1, by="clerk", now_ms=2)
    say(desk, "one", M1)
    say(desk, "two", M1)
    with pytest.raises(ScoringRefused, match="one of the experts"):
        ended(desk, by="one")


def test_who_never_answers_is_released_with_a_reason(desk: Engine) -> None:
    say(desk, "one", M1)
    with pytest.raises(ScoringRefused, match="no reason"), writing(desk) as connection:
        release(connection, "n", "two", reason=" ", by="clerk", now_ms=2)
    with writing(desk) as connection:
        release(connection, "n", "two", reason="两次催办未答", by="clerk", now_ms=2)
    with pytest.raises(ScoringRefused, match="not asked"):
        say(desk, "two", M1)
    ended(desk)
    with reading(desk) as connection:
        found = weights_of(connection, node="n")
    assert found is not None
    assert [e.person for e in found.experts] == ["one"]


def test_what_is_frozen_is_asked_again_in_another_version_only(desk: Engine) -> None:
    say(desk, "one", M1)
    with pytest.raises(ScoringRefused, match="being answered"), writing(desk) as connection:
        ask_again(connection, "n", criteria=None, by="clerk", now_ms=2)
    say(desk, "two", M1)
    ended(desk)
    with pytest.raises(ScoringRefused, match="version 1 is frozen"):
        say(desk, "one", M2)
    with pytest.raises(ScoringRefused, match="version 1 is frozen"):
        ended(desk)
    with writing(desk) as connection:
        again = ask_again(connection, "n", criteria=CRITERIA[:2], by="clerk", now_ms=4)
    assert (again.version, len(again.criteria), again.experts) == (2, 2, ())
    with reading(desk) as connection:
        old = weighing_node(connection, "n", 1)
        newest = weights_of(connection, node="n")
        assert weighing_node(connection, "n", 3) is None
    assert old is not None
    assert (old.newest, len(old.criteria)) == (2, 3)
    assert newest is not None
    assert newest.version == 1  # the newest that is frozen


@pytest.mark.parametrize("table", ["weight_judgement", "weight_result", "weight_version"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET version = 7", "DELETE FROM {}"])
def test_the_database_refuses_to_rewrite_what_was_said(desk: Engine, table: str, verb: str) -> None:
    say(desk, "one", M1)
    say(desk, "two", M1)
    ended(desk)
    with pytest.raises(DBAPIError, match="can only be added to"), writing(desk) as connection:
        connection.execute(text(verb.format(table)))


def test_lists_hold_ones_own_units_and_where_one_is_asked(desk: Engine) -> None:
    with writing(desk) as connection:
        for node, unit in (("a", "区水务局"), ("b", "区住建局")):
            open_node(connection, node, name=Text(zh=node, en=node), unit=unit, criteria=CRITERIA, by="head", now_ms=2)
    with reading(desk) as connection:
        assert node_ids(connection, units=None, person="one", after="", limit=9) == ["a", "b", "n"]
        assert node_ids(connection, units=None, person="one", after="a", limit=1) == ["b"]
        assert node_ids(connection, units=["区水务局"], person="one", after="", limit=9) == ["a", "n"]
        assert node_ids(connection, units=[], person="clerk", after="", limit=9) == []


def test_what_is_not_there_is_said(desk: Engine) -> None:
    with pytest.raises(UnknownThing, match="node 'x'"), writing(desk) as connection:
        answer(connection, "x", "one", M1, by="one", now_ms=2)
    with pytest.raises(ScoringRefused, match="'n' is there"), writing(desk) as connection:
        open_node(connection, "n", name=Text(zh="n", en="n"), unit="", criteria=CRITERIA, by="clerk", now_ms=2)
    assert Opinion(size=2, says={}).missing == ((0, 1),)


def test_of_many_who_act_at_once_one_gets_his_way(desk: Engine) -> None:
    """Freezing, asking again and opening the same node: the others are refused in words, on both databases."""
    say(desk, "one", M1)
    say(desk, "two", M1)
    assert together(lambda _: ended(desk)) == 1

    def again(_: int) -> None:
        with writing(desk) as connection:
            found = ask_again(connection, "n", criteria=None, by="clerk", now_ms=4)
            invite(connection, "n", "one", weight=1, by="clerk", now_ms=4)
            answer(connection, "n", "one", {(0, 1): 1}, by="one", now_ms=4)
        assert found.version == 2

    assert together(again) == 1

    def opened(number: int) -> None:
        with writing(desk) as connection:
            name = Text(zh=str(number), en=str(number))
            open_node(connection, "m", name=name, unit="", criteria=CRITERIA, by="clerk", now_ms=5)

    assert together(opened) == 1


@pytest.mark.requirement("B10")
def test_b10_the_four_dimensions_are_weighed_by_their_judgements(desk: Engine) -> None:
    """Input-process-output-result as the frame's data has them, judged as domain.md §5.2 says."""
    nodes = [node for node in FRAMES["IPOR"] if not node.above]
    criteria = [Criterion(id=node.id, name=node.name) for node in nodes]
    says = {(0, 1): -2, (0, 2): -3, (0, 3): -4, (1, 2): -2, (1, 3): -3, (2, 3): -2}
    with writing(desk) as connection:
        open_node(connection, "ipor", name=Text(zh="四维", en="four"), unit="", criteria=criteria, by="clerk", now_ms=1)
        invite(connection, "ipor", "one", weight=1, by="clerk", now_ms=1)
        answer(connection, "ipor", "one", says, by="one", now_ms=1)
        freeze(connection, "ipor", note="", by="clerk", now_ms=1)
    with reading(desk) as connection:
        found = weights_of(connection, node="ipor", version=1)
    assert found is not None
    assert [one.name.zh for one in found.criteria] == ["投入", "过程", "产出", "结果"]
    assert [round(w, 4) for w in found.weights] == [0.0954, 0.1601, 0.2772, 0.4673]
    assert round(found.cr, 4) == 0.0115
