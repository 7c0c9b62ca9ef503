"""The window as a state machine: whatever is lost on the way, nothing is skipped and nothing is forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.window import FRAMES_MAX, Window

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 50), st.booleans()),
        st.tuples(st.just("ack"), st.just(0), st.booleans()),
        st.tuples(st.just("rewind"), st.integers(1, 400), st.booleans()),
        st.tuples(st.just("timeout"), st.just(0), st.booleans()),
    ),
    max_size=80,
)


@given(STEPS)
def test_whatever_happens_everything_arrives(steps: list[tuple[str, int, bool]]) -> None:
    newest, window, arrived = 300, Window(limit=120), set[int]()

    def watermark() -> int:
        mark = 0
        while mark + 1 in arrived:
            mark += 1
        return mark

    def send(count: int, *, lost: bool) -> None:
        lo = window.cursor + 1
        hi = min(lo + min(count, window.room) - 1, newest)
        if hi >= lo:
            window.sent(lo, hi, count=hi - lo + 1)
            if not lost:
                arrived.update(range(lo, hi + 1))

    for step, number, flag in steps:
        match step:
            case "send":
                send(number, lost=flag)
            case "ack" if not flag:
                window.acknowledge(watermark())
            case "rewind":
                window.rewind(number)
            case "timeout":
                window.rewind()
        assert window.acked <= watermark()
        assert window.acked <= window.cursor
        assert sum(sent.count for sent in window.on_the_way) <= window.limit
        assert len(window.on_the_way) <= FRAMES_MAX
    for _ in range(200):
        window.rewind()
        send(120, lost=False)
        window.acknowledge(watermark())
    assert window.acked == newest


def test_an_old_ack_changes_nothing() -> None:
    window = Window(limit=10, acked=5, cursor=8)
    assert not window.acknowledge(5)
    assert not window.acknowledge(3)
    assert (window.acked, window.cursor) == (5, 8)
