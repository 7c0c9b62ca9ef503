"""What the camera does to the rendered picture: lens, rain, snow, noise, colour, text, JPEG. Pure (numpy, OpenCV)."""

from datetime import timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from training.scenes.shot.camera import undistort_map
from training.scenes.site import Moment, Site

Picture = NDArray[np.uint8]


def finish(picture: Picture, site: Site, moment: Moment) -> Picture:
    """The native frame (BGR) from the render (BGR)."""
    rng = np.random.default_rng((moment.seed, 5))
    if moment.view.k1 or moment.view.k2:
        maps = undistort_map(moment.view)
        picture = np.asarray(cv2.remap(picture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8)
    work = picture.astype(np.float32)
    weather = moment.weather
    if not weather.lamps:
        work = exposed(work, float(rng.uniform(0.47, 0.55) if site.steady else rng.uniform(0.38, 0.56)))
    if weather.rain:
        work = streaks(
            work, strength=weather.rain, length=int(rng.integers(8, 26)), count=int(500 * weather.rain), rng=rng
        )
    if weather.snow:
        work = flakes(work, strength=weather.snow, rng=rng)
    if weather.wet_lens > 0.4:
        work = drops(work, count=int(12 * weather.wet_lens), rng=rng)
    camera = np.random.default_rng((site.seed, 6)) if site.steady else rng
    if "backlit" in weather.conditions and rng.random() < 0.5:
        work = glare(work, rng=rng)
    work = _optics(work, camera)
    work = _sensor(work, dark=weather.lamps, infrared=weather.infrared, rng=camera)
    out = np.clip(work, 0, 255).astype(np.uint8)
    if site.overlay:
        _text(out, site, moment)
    return blocked(out, quality=int(camera.integers(8, 32))) if camera.random() < 0.25 and site.split != "demo" else out


def exposed(work: NDArray[np.float32], middle: float) -> NDArray[np.float32]:
    """Automatic exposure: the mean is pulled most of the way to `middle` (0..1), in light and not in values."""
    light = (work / 255) ** 2.2
    mean = float(light.mean()) ** (1 / 2.2)
    gain = (middle / max(mean, 0.05)) ** 0.7
    return np.asarray(255 * np.clip(light * gain**2.2, 0, 1) ** (1 / 2.2), np.float32)


def encode(picture: Picture, quality: int) -> bytes:
    """JPEG bytes."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"picture of shape {picture.shape} could not be encoded as JPEG")
    return bytes(data)


def encode_within(picture: Picture, *, quality: int, limit: int) -> bytes:
    """JPEG bytes of at most `limit`, at the best quality not above `quality` that keeps to it."""
    for lowered in range(quality, 10, -4):
        data = encode(picture, lowered)
        if len(data) <= limit:
            return data
    raise ValueError(f"picture of shape {picture.shape} does not fit {limit} bytes at JPEG quality 10")


def streaks(
    work: NDArray[np.float32], *, strength: float, length: int, count: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Rain as short pale slanting lines."""
    layer = np.zeros(work.shape[:2], np.float32)
    slant = float(rng.uniform(-0.35, 0.35))
    for _ in range(count):
        x, y = rng.uniform(0, work.shape[1]), rng.uniform(-length, work.shape[0])
        long = length * float(rng.uniform(0.4, 1.2))
        cv2.line(
            layer,
            (int(x), int(y)),
            (int(x + slant * long), int(y + long)),
            (float(rng.uniform(0.2, 1)),),
            1,
            cv2.LINE_AA,
        )
    layer = np.asarray(cv2.GaussianBlur(layer, (3, 3), 0), np.float32) * 0.3 * strength
    return np.asarray(work * (1 - layer[..., None]) + 215 * layer[..., None], np.float32)


def flakes(work: NDArray[np.float32], *, strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Snow as soft white dots of several sizes."""
    layer = np.zeros(work.shape[:2], np.float32)
    for _ in range(int(450 * strength)):
        spot = (int(rng.uniform(0, work.shape[1])), int(rng.uniform(0, work.shape[0])))
        cv2.circle(layer, spot, int(rng.choice([0, 1, 1, 2])), (float(rng.uniform(0.3, 1)),), -1, cv2.LINE_AA)
    layer = np.asarray(cv2.GaussianBlur(layer, (3, 3), 0), np.float32) * 0.85
    return np.asarray(work * (1 - layer[..., None]) + 240 * layer[..., None], np.float32)


def drops(work: NDArray[np.float32], *, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Water drops on the lens: round patches that show the blurred picture."""
    blurred = cv2.GaussianBlur(work, (0, 0), 7)
    mask = np.zeros(work.shape[:2], np.float32)
    for _ in range(count):
        spot = (int(rng.uniform(0, work.shape[1])), int(rng.uniform(0, work.shape[0])))
        cv2.circle(mask, spot, int(rng.uniform(4, 22)), (1.0,), -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), 2)[..., None] * 0.9
    return np.asarray(work * (1 - soft) + blurred * 1.04 * soft, np.float32)


def glare(work: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
    """The veil and the ghosts of a sun just outside the frame."""
    height, width = work.shape[:2]
    sun = np.array([rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.15, 0.3) * height])
    ys, xs = np.mgrid[0:height, 0:width]
    away = np.hypot(xs - sun[0], ys - sun[1]) / width
    veil = (rng.uniform(40, 130) * np.exp(-((away / rng.uniform(0.25, 0.6)) ** 2))).astype(np.float32)
    work = np.asarray(work + veil[..., None] * np.array([0.85, 0.95, 1.0], np.float32), np.float32)
    centre = np.array([width / 2, height / 2])
    for share in rng.uniform(0.4, 1.7, int(rng.integers(0, 4))):
        spot = sun + (centre - sun) * share
        layer = np.zeros((height, width), np.float32)
        cv2.circle(layer, (int(spot[0]), int(spot[1])), int(rng.uniform(5, 25)), (1.0,), -1, cv2.LINE_AA)
        work = np.asarray(work + layer[..., None] * rng.uniform(5, 25, 3), np.float32)
    return work


def blocked(picture: Picture, *, quality: int) -> Picture:
    """A starved video stream: 16-pixel macroblocks, the quiet ones kept at half the resolution."""
    height, width = picture.shape[:2]
    small = np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
    coarse = cv2.imdecode(np.frombuffer(encode(small, quality), np.uint8), cv2.IMREAD_COLOR)
    coarse = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    fine = cv2.imdecode(np.frombuffer(encode(picture, quality + 8), np.uint8), cv2.IMREAD_COLOR)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    detail = cv2.resize(np.abs(grey - cv2.blur(grey, (9, 9))), (width // 16 + 1, height // 16 + 1))
    busy = cv2.resize(detail, (16 * (width // 16 + 1), 16 * (height // 16 + 1)), interpolation=cv2.INTER_NEAREST)
    keep = busy[:height, :width, None] > float(np.median(detail))
    return np.asarray(np.where(keep, fine, coarse), np.uint8)


def _optics(work: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Softness, a little shake, falling-off corners, sharpening by the camera's own processor."""
    sigma = float(rng.choice([0.0, 0.4, 0.6, 0.85], p=[0.45, 0.3, 0.17, 0.08]))
    if sigma:
        work = np.asarray(cv2.GaussianBlur(work, (0, 0), sigma), np.float32)
    if rng.random() < 0.1:
        kernel = np.zeros((5, 5), np.float32)
        kernel[2, :] = 0.2
        work = np.asarray(cv2.filter2D(work, -1, kernel if rng.random() < 0.5 else kernel.T), np.float32)
    if rng.random() < 0.5:
        height, width = work.shape[:2]
        ys, xs = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        work = np.asarray(work * (1 - float(rng.uniform(0.05, 0.3)) * (xs**2 + ys**2) / 2)[..., None], np.float32)
    if rng.random() < 0.5:
        soft = cv2.GaussianBlur(work, (0, 0), 1.2)
        work = np.asarray(work + float(rng.uniform(0.2, 1.0)) * (work - soft), np.float32)
    return work


def _sensor(work: NDArray[np.float32], *, dark: bool, infrared: bool, rng: np.random.Generator) -> NDArray[np.float32]:
    """White balance, saturation, contrast curve and noise; infrared light gives grey."""
    grey = work.mean(axis=2, keepdims=True)
    saturation = 0.0 if infrared else float(rng.uniform(0.65, 1.25))
    work = np.asarray(grey + saturation * (work - grey), np.float32)
    if not infrared:
        warmth, tint = rng.normal(0, 0.045), rng.normal(0, 0.015)
        work = work * np.array([1 - warmth, 1 + tint, 1 + warmth], np.float32)
    gamma = float(np.exp(rng.normal(0, 0.14)))
    share = np.clip(work / 255, 0, 1) ** gamma
    curve = float(rng.uniform(0.0, 0.9))
    work = np.asarray(255 * ((1 - curve) * share + curve * share * share * (3 - 2 * share)), np.float32)
    sigma = float(rng.uniform(4, 14) if dark else rng.uniform(0.5, 5))
    noise = rng.normal(0, sigma, work.shape if not infrared else (*work.shape[:2], 1))
    return np.asarray(work + noise, np.float32)


def _text(picture: Picture, site: Site, moment: Moment) -> None:
    local = moment.at + timedelta(hours=8)
    stamp = local.strftime("%Y-%m-%d %H:%M:%S") if site.overlay == "time" else f"CAM {site.seed % 16:02d}"
    for colour, thick in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(picture, stamp, (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thick, cv2.LINE_AA)
