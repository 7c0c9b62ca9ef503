"""The first good look at a face is kept, once, and handed to the network with every later one."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from edge_agent.vision.errors import MemoryFormatError
from edge_agent.vision.first_look import kept, shown, worth_keeping
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

    compared: list[bytes] = field(default_factory=list)

    def infer(self, canvas: Image, first: bytes = b"") -> CellLikelihoods:
        self.compared.append(first)
        return ColourNetwork.infer(self, canvas, first)


def look(net: Asked, image: Image, *, day: int, memory: CameraMemory, scene: Scene = SCENE) -> CameraMemory:
    return see(a_frame(daylight(image, day), day=day), scene, net, memory).memory


def test_the_first_look_is_compared_with_nothing_and_every_later_one_with_it() -> None:
    net, memory = Asked(), CameraMemory()
    for day in range(4):
        memory = look(net, draw(stages_on(3 * day)), day=day, memory=memory)
    first = memory.first_looks[0].jpeg
    assert net.compared == [b"", first, first, first]


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
    net = Asked()
    memory = look(net, draw(stages_on(9)), day=0, memory=CameraMemory())
    again = CameraMemory.from_bytes(memory.to_bytes())
    assert again.first_looks == memory.first_looks
    face = SCENE.faces[0]
    nudged = replace(face, col_x=tuple(tuple((x + 2, y - 1) for x, y in line) for line in face.col_x))
    assert again.under("another view").first_look(nudged) == memory.first_looks[0]
    assert again.first_look(replace(face, face_id="another")) is None
    assert again.first_look(replace(face, rows=face.rows - 1, row_lines=face.row_lines[:-1])) is None


def test_an_older_memory_knows_no_first_look() -> None:
    memory = look(Asked(), draw(stages_on(9)), day=0, memory=CameraMemory())
    assert CameraMemory.from_bytes(replace(memory, first_looks=()).to_bytes()).first_looks == ()


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
