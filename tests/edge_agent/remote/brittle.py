"""Weights that load and look at plain canvases, and say endless figures of a coloured picture: a real ONNX file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.edge_agent.vision import tiny_onnx
from tests.edge_agent.vision.tiny_onnx import FLOAT, Tiny, _bytes, _int, _ints, _node, _number, _numbers, _text

SLOPE = 9.0  # exp(9 x) is endless in float32 for x above 9.9 grey levels between two colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Brittle(Tiny):
    """As Tiny, but each head is exp(SLOPE * |red - blue|) of a cell's mean colour."""

    def data(self) -> bytes:
        """The file."""
        nodes = [
            _node("Cast", (self.name,), "real", _number("to", FLOAT)),
            _node("Transpose", ("real",), "planes", _numbers("perm", (0, 3, 1, 2))),
            _node("Slice", ("planes", "starts", "ends", "axes"), "inner"),
            _node(
                "AveragePool",
                ("inner",),
                "cells",
                _numbers("kernel_shape", (self.cell_px,) * 2) + _numbers("strides", (self.cell_px,) * 2),
            ),
        ]
        for name, _ in self.outputs:
            nodes.append(_node("Conv", ("cells", f"w_{name}"), f"raw_{name}"))
            nodes.append(_node("Abs", (f"raw_{name}",), f"abs_{name}"))
            nodes.append(_node("Exp", (f"abs_{name}",), name))
        constants = [_ints("starts", (48, 24)), _ints("ends", (-24, -24)), _ints("axes", (2, 3))]
        constants += [_difference(f"w_{name}", channels) for name, channels in self.outputs]
        graph = b"".join(_bytes(1, node) for node in nodes) + _text(2, "brittle")
        graph += b"".join(_bytes(5, constant) for constant in constants)
        graph += _bytes(11, tiny_onnx._value(self.name, self.kind, self.sizes))
        graph += b"".join(
            _bytes(12, tiny_onnx._value(name, FLOAT, (1, channels, "rows", "cols"))) for name, channels in self.outputs
        )
        return _int(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _int(2, 17))


def _difference(name: str, channels: int) -> bytes:
    values = np.tile(np.array([SLOPE, 0.0, -SLOPE], "<f4"), (channels, 1))
    dims = b"".join(_int(1, size) for size in (channels, 3, 1, 1))
    return dims + _int(2, FLOAT) + _text(8, name) + _bytes(9, values.tobytes())
