"""Real ONNX files of a few hundred bytes, written by hand: the agent's environment has no package that makes them."""

from dataclasses import dataclass

import numpy as np

from edge_agent.vision.stages import COVERS, OCCLUDERS, STAGE_LISTS

UINT8, FLOAT, INT64 = 2, 1, 7
CHANNELS = {f"stage_{kind}": len(stages.names) for kind, stages in STAGE_LISTS.items()} | {
    "cover": len(COVERS),
    "occluded": 1,
    "occluder": len(OCCLUDERS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiny:
    """What a made file promises: outputs with their channels, and the input's name, element type and sizes."""

    outputs: tuple[tuple[str, int], ...] = tuple(CHANNELS.items())
    name: str = "canvas"
    kind: int = UINT8
    sizes: tuple[int | str, ...] = (1, "height", "width", 3)
    cell_px: int = 48
    first: int = 0
    looks: int | str = "looks"

    def data(self) -> bytes:
        """The file: mean colour of each cell through one 1x1 convolution an output (channel c weighs colour c / 10).

        With `first` channels it takes first looks as well (`looks`: how many), gives a glance of so many channels (of
        the row above too, the last one being the mean colour / 10 times its number), and hides a cell by that channel
        of its first looks' mean; it is the surer of its stages the greater that is, and says nothing of them without.
        """
        cells = [
            _node("Cast", (self.name,), "real", _number("to", FLOAT)),
            _node("Transpose", ("real",), "planes", _numbers("perm", (0, 3, 1, 2))),
            _node("Slice", ("planes", "starts", "ends", "axes"), "inner"),
            _node(
                "AveragePool",
                ("inner",),
                "cells",
                _numbers("kernel_shape", (self.cell_px, self.cell_px)) + _numbers("strides", (self.cell_px,) * 2),
            ),
        ]
        heads = [_node("Conv", ("cells", f"w_{name}"), self._head(name)) for name, _ in self.outputs]
        constants = [
            _ints("starts", (48, 24)),
            _ints("ends", (-24, -24)),
            _ints("axes", (2, 3)),
            *(_weight(f"w_{name}", channels) for name, channels in self.outputs),
        ]
        if self.first:
            heads += self._comparing()
            constants += [
                _ints("from_above", (0, 24)),
                _ints("row_and_channel", (1, self.first - 1)),
                _ints("to_the_end", (1 << 30, self.first)),
                _ints("rows_and_channels", (2, 1)),
                _weight("w_glance", self.first),
            ]
        graph = b"".join(_bytes(1, node) for node in cells + heads) + _text(2, "tiny")
        graph += b"".join(_bytes(5, constant) for constant in constants)
        graph += _bytes(11, _value(self.name, self.kind, self.sizes))
        graph += b"".join(_bytes(12, _value(n, FLOAT, (1, c, "rows", "cols"))) for n, c in self.outputs)
        if self.first:
            graph += _bytes(11, _value("first", FLOAT, (self.looks, self.first, "rows_and_one", "cols")))
            graph += _bytes(12, _value("glance", FLOAT, (1, self.first, "rows_and_one", "cols")))
        return _int(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _int(2, 17))

    def _head(self, name: str) -> str:
        return f"seen_{name}" if self.first and (name == "occluded" or name.startswith("stage_")) else name

    def _comparing(self) -> list[bytes]:
        pool = _numbers("kernel_shape", (self.cell_px, self.cell_px)) + _numbers("strides", (self.cell_px,) * 2)
        return [
            _node("Slice", ("planes", "from_above", "ends", "axes"), "whole"),
            _node("AveragePool", ("whole",), "each", pool),
            _node("Conv", ("each", "w_glance"), "glance"),
            _node("ReduceMean", ("first",), "mean_look", _numbers("axes", (0,))),
            _node("Slice", ("mean_look", "row_and_channel", "to_the_end", "rows_and_channels"), "before"),
            _node("Add", ("seen_occluded", "before"), "occluded"),
            *(_node("Mul", (f"seen_{n}", "before"), n) for n, _ in self.outputs if n.startswith("stage_")),
        ]


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _node(op: str, inputs: tuple[str, ...], output: str, attributes: bytes = b"") -> bytes:
    return b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, op) + attributes


def _number(name: str, value: int) -> bytes:
    return _bytes(5, _text(1, name) + _int(3, value) + _int(20, 2))


def _numbers(name: str, values: tuple[int, ...]) -> bytes:
    return _bytes(5, _text(1, name) + b"".join(_int(8, value) for value in values) + _int(20, 7))


def _ints(name: str, values: tuple[int, ...]) -> bytes:
    return _int(1, len(values)) + _int(2, INT64) + _text(8, name) + _bytes(9, np.array(values, "<i8").tobytes())


def _weight(name: str, channels: int) -> bytes:
    values = np.repeat(np.arange(channels, dtype="<f4")[:, None] / 10, 3, axis=1)
    dims = b"".join(_int(1, size) for size in (channels, 3, 1, 1))
    return dims + _int(2, FLOAT) + _text(8, name) + _bytes(9, values.tobytes())


def _value(name: str, kind: int, sizes: tuple[int | str, ...]) -> bytes:
    dims = b"".join(_bytes(1, _int(1, size) if isinstance(size, int) else _text(2, size)) for size in sizes)
    return _text(1, name) + _bytes(2, _bytes(1, _int(1, kind) + _bytes(2, dims)))
