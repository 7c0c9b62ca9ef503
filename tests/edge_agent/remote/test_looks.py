"""Requests for reference frames: only our centre's are heard, each is answered once, nobody is to be known on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from edge_agent.commission.reference import View, nearer_than, private, reference_of
from edge_agent.remote.looks import Looks, Surroundings
from edge_agent.vision.rectify import NO_SHIFT
from edge_agent.vision.stages import OCCLUDERS
from tests.edge_agent.remote.build import CENTRE, DEADLINE, ISSUED, settings_in
from tests.edge_agent.vision.drawing import HEIGHT, WIDTH, a_frame, a_scene, backdrop
from wire.codec import config_statement, encode
from wire.messages import References, ReferenceWanted
from wire.scene.reading import parse_scene
from wire.scene.spelling import scene_json
from wire.signing import new_signer

CENTRE_SECTION = '[centre]\nurl = "http://127.0.0.1:1"\ntoken_file = "token"\n'


@dataclass
class Around:
    """A gateway whose clock can be moved."""

    now_ms: int = ISSUED
    forged: list[bool] = field(default_factory=list)

    def told(self) -> Surroundings:
        return Surroundings(
            now_ms=lambda: self.now_ms,
            clock=lambda: "synced",
            config=lambda: 3,
            forged=lambda: self.forged.append(True),
        )


def asked(*cameras: str, number: int = 5, gateway: str = "gw-1", signer: object = CENTRE) -> bytes:
    wanted = tuple(ReferenceWanted(id=number, camera=camera, deadline=DEADLINE) for camera in cameras)
    plain = References(gw=gateway, id=number, issued_at=ISSUED, wanted=wanted)
    return encode(replace(plain, sig=signer.sign(config_statement(plain))))  # type: ignore[attr-defined]


def looks_in(folder: Path, around: Around, *, more: str = CENTRE_SECTION) -> Looks:
    (folder / "token").write_text("t")
    return Looks(settings_in(folder, more=more), around.told(), CENTRE.public_hex)


def test_a_request_is_open_until_it_is_answered_and_never_again(tmp_path: Path) -> None:
    looks = looks_in(tmp_path, Around())
    looks.offer(asked("cam-1"))
    wanted = looks.wanted("cam-1")
    assert wanted is not None
    assert looks.hopeless() == ()
    looks.done(wanted)
    assert looks.wanted("cam-1") is None
    again = looks_in(tmp_path, Around())
    again.offer(asked("cam-1"))  # the broker still holds it
    assert again.wanted("cam-1") is None
    again.offer(asked("cam-1", number=6))
    assert again.wanted("cam-1") is not None


@pytest.mark.parametrize(
    "payload",
    [b"{}", asked("cam-1", signer=new_signer()), asked("cam-1", gateway="gw-2")],
    ids=["no message", "another signature", "of another gateway"],
)
def test_what_our_centre_did_not_ask_is_counted_and_not_answered(tmp_path: Path, payload: bytes) -> None:
    around = Around()
    looks = looks_in(tmp_path, around)
    looks.offer(payload)
    assert (len(around.forged), looks.wanted("cam-1"), looks.hopeless()) == (1, None, ())


def test_what_no_frame_will_answer_is_answered_with_the_reason(tmp_path: Path) -> None:
    around = Around()
    looks = looks_in(tmp_path, around)
    looks.offer(asked("cam-1", "cam-9"))
    [(_, strange)] = looks.hopeless()
    assert (strange.camera, strange.state, strange.config) == ("cam-9", "refused", 3)
    assert "expected one of cam-1" in strange.reason
    around.now_ms = DEADLINE + 1
    assert {answer.state for _, answer in looks.hopeless()} == {"refused", "expired"}
    assert looks.wanted("cam-1") is None


@pytest.mark.parametrize(
    ("more", "why"), [("", "no [centre]"), (CENTRE_SECTION + "[evidence]\nenabled = false\n", "enabled is false")]
)
def test_a_gateway_that_sends_no_stills_says_so(tmp_path: Path, more: str, why: str) -> None:
    looks = looks_in(tmp_path, Around(), more=more)
    looks.offer(asked("cam-1"))
    [(_, answer)] = looks.hopeless()
    assert why in answer.reason


def test_the_answer_holds_what_runs_and_what_is_proposed(tmp_path: Path) -> None:
    looks = looks_in(tmp_path, Around())
    looks.offer(asked("cam-1"))
    wanted = looks.wanted("cam-1")
    assert wanted is not None
    scene = a_scene()
    made, reason = looks.taken(wanted, a_frame(backdrop()), scene, View(shift=NO_SHIFT, occluders={}))
    assert (reason, made is not None) == ("", True)
    answer = looks.answer(wanted, scene, made, sha256="ab" * 32, reason="")
    assert answer.state == "taken"
    assert json.loads(answer.scene) == scene_json(scene)
    guess = json.loads(answer.guess)
    assert [face["face_id"] for face in guess["faces"]] == [face.face_id for face in scene.faces]
    assert parse_scene(json.loads(answer.scene) | {"faces": [guess["faces"][0]["value"]]}, file="guess")


def test_the_ground_masks_and_whoever_passes_cannot_be_made_out() -> None:
    mask = ((0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0))
    corners = [(150.0, 270.0), (350.0, 260.0), (345.0, 90.0), (160.0, 70.0)]
    scene = replace(a_scene(corners=corners), privacy_masks=(mask,))
    frame = a_frame(backdrop())
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    frame = replace(frame, image=noise)
    face = scene.faces[0]
    occluder = np.zeros((face.rows, face.cols, len(OCCLUDERS)), np.float32)
    occluder[0, 0, OCCLUDERS.index("vehicle_person")] = 1.0
    seen = private(frame, scene, View(shift=NO_SHIFT, occluders={face.face_id: occluder}))
    assert not seen[5:35, 5:35].any()
    ground = np.asarray(nearer_than(scene, NO_SHIFT))
    below = int(ground[:-2, 1].max()) + 2
    assert below < HEIGHT
    assert not (seen[below:] == noise[below:]).all(axis=-1).any(axis=1).all()
    x, y = (int(v) for v in np.asarray(face.row_lines[0])[0])
    assert not (seen[y - 20 : y - 5, x + 5 : x + 15] == noise[y - 20 : y - 5, x + 5 : x + 15]).all()
    top = int(np.asarray(face.row_lines[-1])[:, 1].min())
    wall = (slice(top + 5, top + 25), slice(x + 60, x + 80))
    assert (seen[wall] == noise[wall]).all()


def test_a_large_frame_is_reduced() -> None:
    reference = reference_of(a_frame(backdrop()), a_scene(), View(shift=NO_SHIFT, occluders={}))
    assert max(reference.width_px, reference.height_px) <= 1600
    assert reference.jpeg[:2] == b"\xff\xd8"
