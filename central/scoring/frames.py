"""Three ways of looking at one set of leaves (domain.md A21, B10, §2.1): a frame groups, it changes no leaf's score.

IOI input-output-impact; IPOR input-process-output-result; MOF the ministry's decision-process-output-benefit with its
second level (财预〔2020〕10号). A leaf stands under one node of each frame; what has no place in one is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from central.domain import Text
from central.scoring.indicator import FrameName, IndicatorSet, WeighedLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameNode:
    """A place in a frame. `id` is its path, parts joined by '.'; a part above it is a node of its own."""

    id: str
    name: Text

    @property
    def above(self) -> str:
        """Id of the node above, '' at the top."""
        return self.id.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class FramedNode:
    """A node with the leaves that stand directly under it. `weight` is the sum over it and all below; `share` is that
    weight among its siblings (shares of siblings sum to 1)."""

    node: FrameNode
    weight: float
    share: float
    leaves: tuple[WeighedLeaf, ...]


def _nodes(*named: tuple[str, str, str]) -> tuple[FrameNode, ...]:
    return tuple(FrameNode(id=node, name=Text(zh=zh, en=en)) for node, zh, en in named)


FRAMES: Mapping[FrameName, tuple[FrameNode, ...]] = {
    "IOI": _nodes(("input", "投入", "Input"), ("output", "产出", "Output"), ("impact", "影响", "Impact")),
    "IPOR": _nodes(
        ("input", "投入", "Input"),
        ("process", "过程", "Process"),
        ("output", "产出", "Output"),
        ("result", "结果", "Result"),
    ),
    "MOF": _nodes(
        ("decision", "决策", "Decision"),
        ("decision.establishment", "项目立项", "Establishment"),
        ("decision.goals", "绩效目标", "Goals"),
        ("decision.funding", "资金投入", "Funding"),
        ("process", "过程", "Process"),
        ("process.money", "资金管理", "Money"),
        ("process.organisation", "组织实施", "Organisation"),
        ("output", "产出", "Output"),
        ("output.quantity", "数量指标", "Quantity"),
        ("output.quality", "质量指标", "Quality"),
        ("output.timeliness", "时效指标", "Timeliness"),
        ("output.cost", "成本指标", "Cost"),
        ("benefit", "效益", "Benefit"),
        ("benefit.effect", "实施效益", "Effect"),
        ("benefit.satisfaction", "满意度指标", "Satisfaction"),
    ),
}
UNPLACED = FrameNode(id="", name=Text(zh="未归入本框架", en="Outside this frame"))


def nodes_of(frame: FrameName) -> Mapping[str, FrameNode]:
    """The nodes of a frame by id, in order."""
    return {node.id: node for node in FRAMES[frame]}


def in_frame(given: IndicatorSet, frame: FrameName) -> tuple[FramedNode, ...]:
    """The set's leaves under the frame's nodes, in the frame's order, without nodes that hold nothing.

    Leaves that the frame has no place for come last, under `UNPLACED`, which is a sibling of the first level.
    """
    placed = [(_placed(leaf, frame), leaf) for leaf in given.leaves]
    nodes = [*FRAMES[frame], UNPLACED]
    weights = {node.id: fsum(leaf.weight for at, leaf in placed if _is_under(at, node.id)) for node in nodes}
    held = [node for node in nodes if any(_is_under(at, node.id) for at, _ in placed)]
    siblings = {node.above: fsum(weights[one.id] for one in held if one.above == node.above) for node in held}
    return tuple(
        FramedNode(
            node=node,
            weight=weights[node.id],
            share=weights[node.id] / siblings[node.above] if siblings[node.above] > 0 else 0.0,
            leaves=tuple(leaf for at, leaf in placed if at == node.id),
        )
        for node in held
    )


def _placed(leaf: WeighedLeaf, frame: FrameName) -> str:
    """The node a leaf stands under; a deeper place than the frame has is the nearest above it."""
    at = leaf.indicator.frames.get(frame, "")
    while at and at not in nodes_of(frame):
        at = at.rpartition(".")[0]
    return at


def _is_under(at: str, node: str) -> bool:
    return at == node or (node != "" and at.startswith(f"{node}."))
