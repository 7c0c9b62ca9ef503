"""The lens step keeps the shape, is repeatable, and a frame can be held under a size."""

import cv2
import numpy as np
import pytest

from training.scenes.demo.district import CAMERAS
from training.scenes.demo.site import demo_site
from training.scenes.shot.lens import encode_within, exposed, finish
from training.scenes.sites import make_site


@pytest.mark.parametrize("number", range(4))
def test_a_frame_keeps_its_size_and_is_repeatable(number: int) -> None:
    site = make_site("train", number, frames=2)
    for moment in site.moments:
        render = np.full((moment.view.height, moment.view.width, 3), 100, np.uint8)
        frame = finish(render, site, moment)
        assert frame.shape == render.shape and frame.dtype == np.uint8
        assert (frame == finish(render, site, moment)).all()


def test_exposure_pulls_towards_the_middle() -> None:
    dark, bright = (np.full((8, 8, 3), value, np.float32) for value in (20, 240))
    assert 20 < exposed(dark, 0.5).mean() < 128 < exposed(bright, 0.5).mean() < 240


def test_quality_falls_until_the_frame_fits() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (384, 512, 3), dtype=np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.uint8)
    assert len(encode_within(smooth, quality=90, limit=30_000)) <= 30_000
    with pytest.raises(ValueError, match="does not fit 500 bytes"):
        encode_within(noise, quality=60, limit=500)


def test_a_steady_camera_has_one_processor() -> None:
    site = demo_site(CAMERAS[1])
    render = np.full((384, 512, 3), 120, np.uint8)
    dry = [moment for moment in site.moments if not moment.weather.rain][:6]
    means = [finish(render, site, moment)[200:300].mean() for moment in dry]
    assert np.ptp(means) < 25
