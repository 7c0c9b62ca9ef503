"""The first good looks at a face are kept, and handed to the network with every later one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.first_look import LOOKS_MOST, WITHIN_S, FirstLooks, kept, shown, worth_keeping
from edge_agent.vision.frame import Image
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.scene import Scene
from edge_agent.vision.see import see
from edge_agent.vision.session import CellLikelihoods
from tests.edge_agent.vision.drawing import a_frame, a_scene, daylight, draw, stages_on
from tests.edge_agent.vision.fixed_network import ColourNetwork

SCENE = a_scene()


@dataclass(slots=True)
class Asked(ColourNetwork):
    """Notes what each look was compared with."""

    compared: list[Sequence[bytes]] = field(default_factory=list)

    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods:
        self.compared.append(first)
        return ColourNetwork.infer(self, canvas, first)


def look(net: Asked, image: Image, *, day: int, memory: CameraMemory, scene: Scene = SCENE) -> CameraMemory:
    return see(a_frame(daylight(image, day), day=day), scene, net, memory).memory


def test_the_first_look_is_compared_with_nothing_and_every_later_one_with_the_first_three() -> None:
    net, memory = Asked(), CameraMemory()
    for day in range(6):
        memory = look(net, draw(stages_on(3 * day)), day=day, memory=memory)
    first = memory.first_looks[0].jpegs
    assert len(set(first)) == LOOKS_MOST
    assert net.compared == [(), first[:1], first[:2], first, first, first]


def test_a_look_of_the_same_day_or_of_when_the_works_may_have_begun_is_not_kept_beside_the_first() -> None:
    looks = FirstLooks(face_id="f", rows=1, cols=1, jpegs=(b"one",), at_s=(1000.0,))
    hours = {h: looks.wants(1000.0 + 3600 * h) for h in (-30, 0, 19, 20, 24 * 14, 24 * 14 + 1)}
    assert hours == {-30: False, 0: False, 19: False, 20: True, 24 * 14: True, 24 * 14 + 1: False}
    assert WITHIN_S == 14 * 24 * 3600


def test_a_look_behind_something_is_not_kept() -> None:
    net, stages = Asked(), stages_on(9)
    behind = np.ones_like(stages)
    behind[0] = 0
    memory = look(net, draw(stages, occluded=behind), day=0, memory=CameraMemory())
    assert memory.first_looks == ()
    memory = look(net, draw(stages), day=1, memory=memory)
    assert len(memory.first_looks) == 1


def test_an_unusable_frame_is_not_kept() -> None:
    memory = look(Asked(), np.full_like(draw(stages_on(9)), 3), day=0, memory=CameraMemory())
    assert memory.first_looks == ()


def test_it_survives_a_kill_and_lines_that_are_corrected_but_no_other_grid() -> None:
    net, memory = Asked(), CameraMemory()
    for day in range(2):
        memory = look(net, draw(stages_on(9)), day=day, memory=memory)
    again = CameraMemory.from_bytes(memory.to_bytes())
    assert again.first_looks == memory.first_looks
    face = SCENE.faces[0]
    nudged = replace(face, col_x=tuple(tuple((x + 2, y - 1) for x, y in line) for line in face.col_x))
    assert again.under("another view").first_looks_at(nudged) == memory.first_looks[0]
    assert again.first_looks_at(replace(face, face_id="another")) is None
    assert again.first_looks_at(replace(face, rows=face.rows - 1, row_lines=face.row_lines[:-1])) is None


def test_an_older_memory_knows_no_first_look() -> None:
    memory = look(Asked(), draw(stages_on(9)), day=0, memory=CameraMemory())
    assert CameraMemory.from_bytes(replace(memory, first_looks=()).to_bytes()).first_looks == ()


def test_the_one_look_that_an_older_memory_kept_is_taken_over_and_none_is_kept_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = look(Asked(), draw(stages_on(9)), day=0, memory=CameraMemory())
    header = memory._header()
    del header["first_looks_at_s"]
    monkeypatch.setattr(CameraMemory, "_header", lambda self: header)
    older = CameraMemory.from_bytes(memory.to_bytes())
    assert older.first_looks[0].jpegs == memory.first_looks[0].jpegs
    again = look(Asked(), draw(stages_on(9)), day=1, memory=older)
    assert again.first_looks == older.first_looks


def test_what_is_kept_is_small_and_shows_the_same_colours() -> None:
    canvas = np.zeros((312, 240, 3), np.uint8)
    canvas[:156] = (40, 90, 200)
    canvas[156:] = (200, 180, 60)
    jpeg = kept(canvas)
    assert len(jpeg) < canvas.size / 20
    again = shown(jpeg)
    assert again.shape == canvas.shape
    assert np.abs(again[20:140].astype(int) - canvas[20:140]).max() < 8


@pytest.mark.parametrize("data", [b"", b"\xff\xd8 no picture"])
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(MemoryFormatError, match="first look"):
        shown(data)


@pytest.mark.parametrize(
    ("visible", "in_view", "worth"),
    [
        ([1, 1, 0, 0], [1, 1, 1, 1], True),
        ([1, 0, 0, 0], [1, 1, 1, 1], False),
        ([1, 0, 0, 0], [1, 1, 0, 0], True),
        ([0, 0, 0, 0], [0, 0, 0, 0], False),
    ],
)
def test_half_of_what_the_camera_can_see_must_show(visible: list[int], in_view: list[int], worth: bool) -> None:
    assert worth_keeping(np.array([visible], bool), np.array([in_view], bool)) is worth
