"""Which roles one person does not have together."""

from __future__ import annotations

import pytest

from central.accounts import check_apart, clashing
from central.mending.refused import MendingRefused


@pytest.mark.requirement("C08", partly="the rule; the database keeps it and the page says it")
@pytest.mark.parametrize(
    ("role", "held", "other"),
    [
        ("discipline", [], None),
        ("discipline", ["discipline"], None),
        ("discipline", ["clerk"], "clerk"),
        ("clerk", ["discipline"], "discipline"),
        ("visitor", ["discipline"], "discipline"),
        ("admin", ["auditor"], "auditor"),
        ("auditor", ["clerk", "admin"], "admin"),
        ("auditor", ["clerk"], None),
        ("leader", ["leader", "finance", "inspector"], None),
    ],
)
def test_discipline_stands_alone_and_admin_apart_from_auditor(role: str, held: list[str], other: str | None) -> None:
    assert clashing(role, held) == other
    if other is None:
        check_apart(role, held)
        return
    with pytest.raises(MendingRefused) as refused:
        check_apart(role, held)
    assert (refused.value.code, refused.value.where) == ("conflict", "role")
    assert "先收回" in refused.value.text.zh
    assert "first" in refused.value.text.en
