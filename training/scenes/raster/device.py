"""The OpenGL context with all that lives longer than a site: programs, maps, canvases. Needs moderngl."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.scenes.shot.sky import SIZE

SHADERS = Path(__file__).parent / "shaders"
SUN_MAP_PX = 1280
TILE_PX = 256  # of each of the AROUND visibility maps
SIDE_SAMPLES = 2  # llvmpipe's own multisampling takes five times as long as four times the pixels
PACKAGES = "libegl1 libgl1-mesa-dri libgl1 (Debian: apt-get install libegl1 libgl1-mesa-dri libgl1)"


def noise_volume(side: int = 64) -> NDArray[np.uint8]:
    """(side, side, side) seamless noise about 0.5, two octaves, the first with 8 periods across."""
    rng = np.random.default_rng(1)
    axis = np.fft.fftfreq(side, 1 / side)
    wave = np.sqrt(axis[:, None, None] ** 2 + axis[None, :, None] ** 2 + axis[None, None, :] ** 2) + 1e-9
    band = [np.exp(-((np.log2(wave / centre) / 0.5) ** 2)) for centre in (6.5, 13.0)]
    layers = []
    for part in band:
        field = np.fft.ifftn(np.fft.fftn(rng.normal(size=(side,) * 3)) * part).real
        layers.append(field / field.std())
    mixed = layers[0] + 0.5 * layers[1]
    return np.asarray(np.clip(127.5 + 42 * mixed / mixed.std(), 0, 255), np.uint8)


class RasterError(RuntimeError):
    """OpenGL cannot be used here; the message says what is missing."""


@cache
def open_device() -> "Device":
    """The process's OpenGL context with all that lives longer than a site."""
    os.environ.setdefault("LP_NUM_THREADS", "1")
    try:
        import moderngl
    except ImportError as error:
        raise RasterError("moderngl is not installed: pip install -r training/requirements-scenes.txt") from error
    try:
        return Device(moderngl.create_context(standalone=True, backend="egl", require=330))
    except (OSError, ValueError, RuntimeError, moderngl.Error) as error:
        raise RasterError(f"OpenGL 3.3 over EGL cannot be opened ({error}); it needs {PACKAGES}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where a frame of one size is drawn: linear light with SIDE_SAMPLES² samples a pixel, then display values."""

    many: Any
    toned: Any
    light: Any


class Device:
    """Context, programs, shadow maps, noise and canvases; shared by all sites of a process."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.programs: dict[tuple[int, bool], Any] = {}
        self.canvases: dict[tuple[int, int], Canvas] = {}
        self.depth = self._program("depth.vert", "depth.frag")
        self.holes = self._program("depth.vert", "depth.frag", "#define HOLES")
        self.sky = self._program("full.vert", "sky.frag")
        self.tone = self._program("full.vert", "tone.frag")
        self.sun_map, self.sun_target = self._shadow_map(SUN_MAP_PX)
        self.around_map, self.around_target = self._shadow_map(4 * TILE_PX)
        self.around_map.compare_func = ""
        self.around_map.filter = context.NEAREST, context.NEAREST
        volume = noise_volume()
        self.noise = context.texture3d(volume.shape, 1, volume.tobytes())
        self.sky_texture = context.texture((SIZE[1], SIZE[0]), 3, dtype="f4")
        self.sky_texture.repeat_y = False

    def surface(self, kind: int, *, night: bool) -> Any:
        """The program of a kind of look, made when it is first needed."""
        if (kind, night) not in self.programs:
            defines = f"#define KIND {kind}\n#define TILE_PX {TILE_PX}.0\n" + ("#define NIGHT\n" if night else "")
            self.programs[kind, night] = self._program("surface.vert", "surface.frag", defines)
        return self.programs[kind, night]

    def canvas(self, size: tuple[int, int]) -> Canvas:
        """The canvas for pictures of (width, height)."""
        if size not in self.canvases:
            context = self.context
            large = (SIDE_SAMPLES * size[0], SIDE_SAMPLES * size[1])
            light = context.texture(large, 4, dtype="f4")
            self.canvases[size] = Canvas(
                many=context.framebuffer(light, context.depth_renderbuffer(large)),
                toned=context.framebuffer(context.texture(size, 3)),
                light=light,
            )
        return self.canvases[size]

    def _shadow_map(self, side: int) -> tuple[Any, Any]:
        texture = self.context.depth_texture((side, side))
        texture.compare_func = "<="
        texture.repeat_x = texture.repeat_y = False
        return texture, self.context.framebuffer(depth_attachment=texture)

    def _program(self, vertex: str, fragment: str, defines: str = "") -> Any:
        text = (SHADERS / f"{fragment}.glsl").read_text(encoding="utf-8")
        head, body = text.split("\n", 1)
        return self.context.program(
            vertex_shader=(SHADERS / f"{vertex}.glsl").read_text(encoding="utf-8"),
            fragment_shader=f"{head}\n{defines}\n{body}",
        )


def put(program: Any, **values: Any) -> None:
    """Set the uniforms that the program has; matrices come as rows."""
    for name, value in values.items():
        if name not in program:
            continue
        if isinstance(value, np.ndarray):
            turned = np.swapaxes(value, -1, -2) if value.ndim >= 2 and value.shape[-1] == value.shape[-2] else value
            program[name].write(np.ascontiguousarray(turned, np.float32).tobytes())
        else:
            program[name].value = value
