"""The taxonomy of causes holds together, and advice says what it rests on."""

from __future__ import annotations

import pytest

from central.lifecycle.permits import PERMITS
from central.mending.causes import CAUSES, LIKELY, advice, cause_of, likely
from central.mending.refused import MendingRefused
from central.mending.who import APPROVERS, MAY
from central.mending.words import ACT_WORDS, EVENT_WORDS, SEAT_WORDS, STATE_WORDS

CODES = [cause.code for cause in CAUSES]


def test_codes_are_unique_and_parents_are_there() -> None:
    assert len(CODES) == len(set(CODES))
    assert {cause.parent for cause in CAUSES} <= {"", *CODES}
    assert {code for codes in LIKELY.values() for code in codes} <= set(CODES)
    assert {cause.seat for cause in CAUSES} <= set(SEAT_WORDS)


def test_the_codes_of_the_specification_are_there() -> None:
    wanted = {"material", "labour", "design_change", "permit", "money", "weather", "quality_rework", "access"}
    assert wanted <= set(CODES)
    assert {f"permit_{permit}" for permit in PERMITS} <= set(CODES)
    assert "生态环境" in cause_of("permit_eia").department


def test_every_cause_is_offered_for_every_rule_the_likely_first() -> None:
    for rule in (*LIKELY, "unheard_of"):
        assert sorted(cause.code for cause in likely(rule)) == sorted(CODES)
    assert likely("not_started")[0].code == "permit"


@pytest.mark.parametrize(
    ("days", "expected"), [([], (10, False)), ([4, 5, 6, 7], (10, False)), ([4, 20, 5, 6, 7], (6, True))]
)
def test_precedents_count_from_five_on(days: list[int], expected: tuple[int, bool]) -> None:
    found = advice("material", [(number, took) for number, took in enumerate(days)])
    assert (found.days, found.measured) == expected
    assert found.precedents == tuple(range(len(days)))


def test_an_unknown_code_is_refused_with_those_there_are() -> None:
    with pytest.raises(MendingRefused, match="material"):
        advice("fate", [])


def test_everything_that_may_be_shown_has_words_in_both_languages() -> None:
    assert set(MAY) <= set(ACT_WORDS)
    assert {seat for seats in (*MAY.values(), *APPROVERS.values()) for seat in seats} <= set(SEAT_WORDS)
    for words in (STATE_WORDS, ACT_WORDS, SEAT_WORDS, EVENT_WORDS):
        assert all(word.zh and word.en for word in words.values())
