"""The frame to commission from: a folder's newest image, a live address, and what cannot be taken."""

from http.server import BaseHTTPRequestHandler
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.commission.picture import newest_image, take_frame
from edge_agent.errors import CameraError
from edge_agent.vision.errors import FrameError
from tests.edge_agent.http_server import http_server


def test_the_newest_by_name_is_taken_not_by_the_date_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    for name in ("day/20261121T040000Z.png", "20261120T040000Z.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((40, 60, 3), np.uint8))
    assert newest_image(tmp_path).name == "20261121T040000Z.png"
    assert take_frame(str(tmp_path)).captured_at.day == 21


def test_a_snapshot_address_gives_its_frame() -> None:
    done, data = cv2.imencode(".png", np.full((40, 60, 3), 77, np.uint8))
    assert done

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(bytes(data))

    with http_server(get=answer) as url:
        frame = take_frame(f"{url}/shot.png")
    assert frame.image.shape == (40, 60, 3) and int(frame.image.mean()) == 77


def test_an_address_that_refuses_is_told_without_its_login() -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_error(404)

    with http_server(get=answer) as url, pytest.raises(CameraError, match="404") as told:
        take_frame(url.replace("http://", "http://someone:secret@") + "/shot.png")
    assert "secret" not in str(told.value)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"not an image")
    for source, says in ((tmp_path / "a.png", "JPEG or PNG"), (tmp_path / "b.png", "cannot be read")):
        with pytest.raises(FrameError, match=says):
            take_frame(str(source))
