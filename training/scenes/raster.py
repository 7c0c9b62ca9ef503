"""Draws one moment of a site with OpenGL: the studio's fast twin for bulk training pictures. Needs moderngl."""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from training.scenes.camera import axes
from training.scenes.lens import Picture
from training.scenes.palette import Look
from training.scenes.raster_light import (
    BOUNCE,
    CURVES,
    LAMPS,
    Style,
    around,
    evenness,
    exposure_ev,
    ground_radiance,
    lamps_of,
    noise_volume,
    ortho,
    perspective,
    style_of,
    view_rays,
)
from training.scenes.raster_mesh import Pile, Span, pile_up
from training.scenes.site import Floats, Moment, Site
from training.scenes.sky import SIZE, haze_rgb, sky_image
from training.scenes.solids import MeshArrays

SHADERS = Path(__file__).parent / "shaders"
KINDS = {"speckle": 0, "brick": 1, "metal": 2, "leaf": 2, "glass": 3, "net": 4, "lamp": 5}
VERTEX = ((3, "in_position"), (3, "in_normal"), (2, "in_uv"), (1, "in_tint"))
SUN_MAP_PX = 1280
TILE_PX = 256  # of each of the AROUND visibility maps
SIDE_SAMPLES = 2  # llvmpipe's own multisampling takes five times as long as four times the pixels
PACKAGES = "libegl1 libgl1-mesa-dri libgl1 (Debian: apt-get install libegl1 libgl1-mesa-dri libgl1)"


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


@dataclass(slots=True)
class Frame:
    """What is on the card for one frame; `drop` frees it."""

    pile: Pile
    vertices: Any
    indices: Any
    corners: Any
    caster_indices: Any
    arrays: dict[int, Any] = field(default_factory=dict)

    def draw(self, program: Any, span: Span) -> None:
        """Draw part of the triangles."""
        if not span.count:
            return
        if program.glo not in self.arrays:
            used = [(size, name) for size, name in VERTEX if name in program]
            format_ = " ".join(f"{size}f" if name in program else f"{4 * size}x" for size, name in VERTEX)
            layout = [(self.vertices, format_, *(name for _, name in used))]
            self.arrays[program.glo] = program.ctx.vertex_array(program, layout, self.indices)
        self.arrays[program.glo].render(vertices=span.count, first=span.first)

    def cast(self, program: Any, span: Span) -> None:
        """Draw part of the casters, positions only."""
        if not span.count:
            return
        if -1 not in self.arrays:
            layout = [(self.corners, "3f", "in_position")]
            self.arrays[-1] = program.ctx.vertex_array(program, layout, self.caster_indices)
        self.arrays[-1].render(vertices=span.count, first=span.first)

    def drop(self) -> None:
        """Free the buffers."""
        for thing in (*self.arrays.values(), self.vertices, self.indices, self.corners, self.caster_indices):
            thing.release()


class Raster:
    """The looks of one site; `shoot` draws a moment of it."""

    def __init__(self, looks: dict[str, Look], *, style: Style | None = None) -> None:
        self.looks = looks
        self.style = style  # None: the site's own
        self.device = open_device()

    def shoot(
        self,
        meshes: dict[str, MeshArrays],
        *,
        site: Site,
        moment: Moment,
        lamps: list[tuple[float, float, float]],
    ) -> Picture:
        """Draw and return the picture (BGR) without any lens effect."""
        style = self.style or style_of(site)
        device = self.device
        sky = sky_image(moment.weather, rng=np.random.default_rng((moment.seed, 3)))
        device.sky_texture.write(np.ascontiguousarray(sky, np.float32).tobytes())
        device.sky_texture.build_mipmaps()
        pile = pile_up(meshes, self.looks, eye=np.asarray(moment.view.position))
        canvas = device.canvas((moment.view.width, moment.view.height))
        frame = Frame(
            pile=pile,
            vertices=device.context.buffer(pile.vertices.tobytes() or bytes(36)),
            indices=device.context.buffer(pile.indices.tobytes() or bytes(4)),
            corners=device.context.buffer(pile.casters.corners.tobytes() or bytes(12)),
            caster_indices=device.context.buffer(pile.casters.indices.tobytes() or bytes(4)),
        )
        light = _light(site, moment, sky=sky, looks=self.looks, style=style, bounds=pile.bounds)
        self._shadows(frame, moment, light, style)
        self._solids(canvas, frame, moment, light | _night(site, moment, lamps))
        frame.drop()
        return self._toned(canvas, site, moment, style)

    def _shadows(self, frame: Frame, moment: Moment, light: dict[str, Any], style: Style) -> None:
        """Fill the sun's shadow map and the maps that tell which sky a point sees."""
        device, context = self.device, self.device.context
        context.disable(context.BLEND)
        context.enable(context.DEPTH_TEST | context.CULL_FACE)  # half of a box is enough to cast its shadow
        nets = [name for name in frame.pile.spans if self.looks[name].kind == "net"]
        device.around_target.use()
        device.around_target.clear(depth=1.0)
        if style.enclosure:
            for index, way in enumerate(light["clips"]):
                low = (TILE_PX * (index % 4), TILE_PX * (index // 4))
                device.around_target.viewport = (*low, TILE_PX, TILE_PX)
                self._cast(frame, way, frame.pile.casters.bulky, nets)
        device.sun_target.use()
        device.sun_target.clear(depth=1.0)
        if style.shadows and moment.weather.sun > 0:
            self._cast(frame, light["u_sun_clip"], frame.pile.casters.every, nets)
        context.disable(context.CULL_FACE)

    def _cast(self, frame: Frame, clip: Floats, span: Span, nets: list[str]) -> None:
        put(self.device.depth, u_clip=clip)
        frame.cast(self.device.depth, span)
        self.device.context.disable(self.device.context.CULL_FACE)
        for name in nets:
            put(self.device.holes, u_clip=clip, u_clear=self.looks[name].clear)
            frame.draw(self.device.holes, frame.pile.spans[name])
        self.device.context.enable(self.device.context.CULL_FACE)

    def _solids(self, canvas: Canvas, frame: Frame, moment: Moment, light: dict[str, Any]) -> None:
        """Depth first, then every surface once, the sky behind them, nets last."""
        device, context = self.device, self.device.context
        canvas.many.use()
        canvas.many.clear(depth=1.0)
        clip = perspective(moment)
        context.depth_func = "<="
        canvas.many.color_mask = (False,) * 4
        put(device.depth, u_clip=clip)
        frame.draw(device.depth, frame.pile.solid)
        canvas.many.color_mask = (True,) * 4
        for unit, texture in enumerate((device.noise, device.sky_texture, device.sun_map, device.around_map)):
            texture.use(unit)
        common = light | {
            "u_clip": clip,
            "u_eye": np.asarray(moment.view.position),
            "u_noise": 0,
            "u_sky": 1,
            "u_sun_map": 2,
            "u_around_map": 3,
        }
        night = moment.weather.lamps or moment.weather.infrared
        ready: set[int] = set()
        names = list(frame.pile.spans)
        for name in [name for name in names if self.looks[name].kind != "net"]:
            self._surface(frame, name, common, night=night, ready=ready)
        put(device.sky, u_sky=1, u_ray=view_rays(moment).T)
        self._full(device.sky)
        context.enable(context.BLEND)
        context.blend_func = context.SRC_ALPHA, context.ONE_MINUS_SRC_ALPHA
        for name in [name for name in names if self.looks[name].kind == "net"]:
            self._surface(frame, name, common, night=night, ready=ready)
        context.disable(context.BLEND)

    def _surface(self, frame: Frame, name: str, common: dict[str, Any], *, night: bool, ready: set[int]) -> None:
        look = self.looks[name]
        if look.kind not in KINDS:
            raise ValueError(f"look {name}: kind {look.kind!r}, expected one of {', '.join(KINDS)}")
        program = self.device.surface(KINDS[look.kind], night=night)
        if program.glo not in ready:
            put(program, **common)
            ready.add(program.glo)
        moved = 0.0 if look.size_m[1] > 0.25 else 0.5
        put(
            program,
            u_colour=look.colour,
            u_colour2=look.colour2,
            u_shape=(look.scale, look.stain, look.rough, look.metallic),
            u_brick=(*look.size_m, look.joint_m, moved),
            u_clear=look.clear,
        )
        frame.draw(program, frame.pile.spans[name])

    def _full(self, program: Any) -> None:
        array = self.device.context.vertex_array(program, [])
        array.render(vertices=3)
        array.release()

    def _toned(self, canvas: Canvas, site: Site, moment: Moment, style: Style) -> Picture:
        context = self.device.context
        canvas.toned.use()
        context.disable(context.DEPTH_TEST)
        canvas.light.use(0)
        curve = style.curve or site.camera_look
        put(
            self.device.tone,
            u_light=0,
            u_gain=2.0 ** exposure_ev(curve, moment.weather),
            u_curve=CURVES.index(curve),
        )
        self._full(self.device.tone)
        shape = (moment.view.height, moment.view.width, 3)
        rgb = np.frombuffer(canvas.toned.read(components=3, alignment=1), np.uint8).reshape(shape)
        return np.ascontiguousarray(rgb[::-1, :, ::-1])


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


def _light(
    site: Site, moment: Moment, *, sky: Floats, looks: dict[str, Look], style: Style, bounds: Floats
) -> dict[str, Any]:
    """The uniforms of sun, sky, ground and air; "clips" are the visibility maps' matrices."""
    weather = moment.weather
    ground = ground_radiance(sky, weather, looks)
    lit = around(sky, ground=ground)
    radiance = lit.radiance * style.ambient
    if not style.textures:
        radiance = np.broadcast_to(radiance.mean(axis=0), radiance.shape)
    clips = np.stack([ortho(way, bounds) for way in lit.way])
    clip = ortho(np.asarray(weather.sun_dir), bounds)
    return {
        "clips": clips,
        "u_way": lit.way,
        "u_right": clips[:, 0] * 0.5,
        "u_up": clips[:, 1] * 0.5,
        "u_deep": clips[:, 2] * 0.5,
        "u_radiance": radiance,
        "u_even": evenness(lit.way),
        "u_bounce": radiance.mean(axis=0) * BOUNCE * style.bounce,
        "u_flat": 0.0 if style.textures else 1.0,
        "u_sun_dir": np.asarray(weather.sun_dir),
        "u_sun": weather.sun * np.asarray(weather.sun_rgb),
        "u_sun_clip": clip,
        "u_soft": (0.12 if weather.cloud < 0.5 else 0.5) * float(np.linalg.norm(clip[0, :3])) / 2,
        "u_shadows": 1.0 if style.shadows else 0.0,
        "u_ground": ground,
        "u_air": haze_rgb(weather),
        "u_haze_m": weather.haze_m,
    }


def _night(site: Site, moment: Moment, places: list[tuple[float, float, float]]) -> dict[str, Any]:
    """The uniforms of lamps and of the camera's infrared light, as studio.py places them."""
    weather = moment.weather
    lamps = lamps_of(site, places) if weather.lamps and not weather.infrared else []
    far = float(np.linalg.norm(np.asarray(moment.view.target) - np.asarray(moment.view.position)))
    place, rgb, span = np.zeros((LAMPS, 4)), np.zeros((LAMPS, 3)), np.zeros((LAMPS, 2))
    for index, lamp in enumerate(lamps):
        place[index], rgb[index], span[index] = (*lamp.place, lamp.intensity), lamp.rgb, lamp.span_m
    return {
        "u_lamps": len(lamps),
        "u_lamp": place,
        "u_lamp_rgb": rgb,
        "u_lamp_span": span,
        "u_torch": 7.0 * far**2 / (4 * np.pi) if weather.infrared else 0.0,
        "u_torch_dir": axes(moment.view)[2],
    }
