"""Draws one moment of a site with OpenGL: the studio's fast twin for bulk training pictures. Needs moderngl."""

from typing import Any

import numpy as np

from training.scenes.palette import Look
from training.scenes.raster.clip import perspective, view_rays
from training.scenes.raster.device import TILE_PX, Canvas, open_device, put
from training.scenes.raster.frame import Frame
from training.scenes.raster.mesh import Span, pile_up
from training.scenes.raster.style import CURVES, Style, style_of
from training.scenes.raster.uniforms import daylight, night_light
from training.scenes.shapes.solids import MeshArrays
from training.scenes.shot.exposure import exposure_ev
from training.scenes.shot.lens import Picture
from training.scenes.shot.sky import sky_image
from training.scenes.site import Floats, Moment, Site

KINDS = {"speckle": 0, "brick": 1, "metal": 2, "leaf": 2, "glass": 3, "net": 4, "lamp": 5}


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
        light = daylight(site, moment, sky=sky, looks=self.looks, style=style, bounds=pile.bounds)
        self._shadows(frame, moment, light, style)
        self._solids(canvas, frame, moment, light | night_light(site, moment, lamps))
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
