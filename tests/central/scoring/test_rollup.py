"""Each sum is that of its children, whatever the tree."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.scoring.rollup import Figures, Node, children_of, path_to, summed


def a_node(number: int, parent: int | None) -> Node:
    """A node of a number."""
    return Node(id=str(number), parent=None if parent is None else str(parent), kind="unit", zh="", en="")


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Node], dict[str, Figures]]:
    """A tree of up to 40 nodes, each with figures of its own."""
    many = draw(st.integers(min_value=1, max_value=40))
    parents = [None, *(draw(st.integers(min_value=0, max_value=at - 1)) for at in range(1, many))]
    fen = st.integers(min_value=-(10**15), max_value=10**15)
    figures = st.builds(Figures, projects=st.integers(0, 9), budget_fen=fen, release_fen=fen, pay_fen=fen)
    nodes = [a_node(at, parent) for at, parent in enumerate(parents)]
    return nodes, {node.id: draw(figures) for node in nodes}


@given(trees())
def test_each_sum_is_that_of_its_children_and_its_own(tree: tuple[list[Node], dict[str, Figures]]) -> None:
    nodes, own = tree
    found = summed(nodes, own)
    below = children_of(nodes)
    for node in nodes:
        expected = own[node.id]
        for child in below.get(node.id, []):
            expected += found[child.id]
        assert found[node.id] == expected
    everything = Figures()
    for figures in own.values():
        everything += figures
    assert found["0"] == everything


@given(trees())
def test_the_way_down_begins_at_the_root(tree: tuple[list[Node], dict[str, Figures]]) -> None:
    nodes, _ = tree
    way = path_to(nodes, nodes[-1].id)
    assert way[0].parent is None
    assert way[-1] == nodes[-1]
    assert all(below.parent == above.id for above, below in pairwise(way))


def test_a_child_before_its_parent_is_refused() -> None:
    with pytest.raises(ValueError, match="expected its parent '2' before it"):
        summed([a_node(0, None), a_node(1, 2), a_node(2, 0)], {})
