"""Renders one moment of a site with Cycles: meshes, camera, sun, sky, lamps. Needs bpy."""

import os
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np
from mathutils import Matrix

from training.scenes.cycles.materials import make_haze, make_material, set_haze
from training.scenes.palette import Look
from training.scenes.shapes.solids import MeshArrays
from training.scenes.shot.camera import axes
from training.scenes.shot.exposure import exposure_ev
from training.scenes.shot.lamps import bulb, infrared_watts
from training.scenes.shot.lens import Picture
from training.scenes.shot.sky import SIZE, haze_rgb, sky_image
from training.scenes.site import Moment, Site, View, Weather


class Studio:
    """One Cycles scene with the materials of one site; `shoot` renders a moment of it."""

    def __init__(self, looks: dict[str, Look], *, threads: int, samples: int) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene: Any = bpy.context.scene
        _cycles(self.scene, threads=threads, samples=samples)
        make_haze()
        self.materials = {name: make_material(name, look) for name, look in looks.items()}
        self.scene.world = bpy.data.worlds.new("sky")
        self.image = _world(self.scene.world)
        self.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        self.scene.collection.objects.link(self.camera)
        self.scene.camera = self.camera

    def shoot(
        self,
        meshes: dict[str, MeshArrays],
        *,
        site: Site,
        moment: Moment,
        lamps: list[tuple[float, float, float]],
        scratch: Path,
    ) -> Picture:
        """Render and return the picture (BGR) without any lens effect."""
        made = [self._object(name, mesh) for name, mesh in meshes.items()]
        made += _lights(self.scene, moment, lamps)
        _aim(self.camera, self.scene, moment.view)
        weather = moment.weather
        rgba = np.ones((*SIZE, 4), np.float32)
        rgba[..., :3] = sky_image(weather, rng=np.random.default_rng((moment.seed, 3)))[::-1]
        self.image.pixels.foreach_set(rgba.ravel())
        self.image.update()
        air = haze_rgb(weather)
        set_haze(weather.haze_m, (float(air[0]), float(air[1]), float(air[2])))
        _grade(self.scene, site.camera_look, weather)
        self.scene.cycles.seed = moment.seed % 2**31
        path = scratch / f"{os.getpid()}.png"
        self.scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        path.unlink()
        for thing in made:
            _remove(thing)
        if picture is None:
            raise OSError(f"{path}: the render could not be read back")
        return np.asarray(picture, np.uint8)

    def _object(self, name: str, mesh: MeshArrays) -> Any:
        data = bpy.data.meshes.new(name)
        count = len(mesh.quads)
        data.vertices.add(len(mesh.vertices))
        data.vertices.foreach_set("co", mesh.vertices.astype(np.float32).ravel())
        data.loops.add(count * 4)
        data.loops.foreach_set("vertex_index", mesh.quads.astype(np.int32).ravel())
        data.polygons.add(count)
        data.polygons.foreach_set("loop_start", np.arange(0, count * 4, 4, dtype=np.int32))
        data.update(calc_edges=True)
        data.shade_flat()
        layer = data.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", mesh.uv.astype(np.float32).ravel())
        tint = data.attributes.new("tint", "FLOAT", "FACE")
        tint.data.foreach_set("value", mesh.tint.astype(np.float32).ravel())
        data.materials.append(self.materials[name])
        thing = bpy.data.objects.new(name, data)
        self.scene.collection.objects.link(thing)
        return thing


def _cycles(scene: Any, *, threads: int, samples: int) -> None:
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = samples
    cycles.use_adaptive_sampling = False
    cycles.use_light_tree = False  # half the time here, where one sun or a few lamps light the site
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_quality = "FAST"
    cycles.denoising_prefilter = "FAST"
    cycles.denoising_input_passes = "RGB_ALBEDO"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 3, 2, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 1, 6
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    cycles.use_auto_tile = False
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 0
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = False


def _world(world: Any) -> Any:
    world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    image = bpy.data.images.new("sky", SIZE[1], SIZE[0], float_buffer=True)
    image.colorspace_settings.name = "Linear Rec.709"
    picture, light = tree.nodes.new("ShaderNodeTexEnvironment"), tree.nodes.new("ShaderNodeBackground")
    picture.image = image
    leave = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(picture.outputs["Color"], light.inputs["Color"])
    tree.links.new(light.outputs[0], leave.inputs["Surface"])
    world.cycles.sampling_method = "NONE"
    return image


def _aim(camera: Any, scene: Any, view: View) -> None:
    right, down, forward = axes(view)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = right, -down, -forward
    matrix[:3, 3] = view.position
    camera.matrix_world = Matrix(matrix.tolist())
    camera.data.sensor_fit = "HORIZONTAL"
    camera.data.sensor_width = 36.0
    camera.data.lens = view.focal_px * 36.0 / view.width
    camera.data.clip_end = 5000.0
    scene.render.resolution_x, scene.render.resolution_y = view.width, view.height


def _grade(scene: Any, look: str, weather: Weather) -> None:
    scene.view_settings.view_transform = look
    scene.view_settings.look = "None"
    scene.view_settings.exposure = exposure_ev(look, weather)


def _lights(scene: Any, moment: Moment, lamps: list[tuple[float, float, float]]) -> list[Any]:
    """The sun; by dusk and night the work lamps, or the camera's own infrared light."""
    weather = moment.weather
    made: list[Any] = []
    if weather.sun > 0:
        sun = _lamp(scene, "SUN", strength=weather.sun, rgb=weather.sun_rgb)
        sun.data.angle = 0.009 if weather.cloud < 0.5 else 0.2
        direction = np.asarray(weather.sun_dir)
        sun.rotation_mode = "QUATERNION"
        sun.rotation_quaternion = Matrix(_facing(-direction).tolist()).to_quaternion()
        made.append(sun)
    if weather.infrared:
        eye = _lamp(scene, "SPOT", strength=infrared_watts(moment.view), rgb=(1, 1, 1))
        eye.data.spot_size, eye.data.spot_blend = 1.5, 0.6
        eye.location = moment.view.position
        eye.rotation_mode = "QUATERNION"
        eye.rotation_quaternion = Matrix(_facing(axes(moment.view)[2]).tolist()).to_quaternion()
        made.append(eye)
    elif weather.lamps:
        for index, place in enumerate(lamps):
            lamp = _lamp(scene, "POINT", strength=bulb(index).watts, rgb=bulb(index).rgb)
            lamp.data.shadow_soft_size = 0.3
            lamp.location = place
            made.append(lamp)
    return made


def _lamp(scene: Any, kind: str, *, strength: float, rgb: tuple[float, float, float]) -> Any:
    data = bpy.data.lights.new(kind.lower(), kind)
    data.energy, data.color = strength, rgb
    thing = bpy.data.objects.new(kind.lower(), data)
    scene.collection.objects.link(thing)
    return thing


def _facing(direction: Any) -> Any:
    """(3, 3) rotation whose -z axis points along `direction`."""
    back = -np.asarray(direction) / np.linalg.norm(direction)
    helper = np.array([0.0, 0.0, 1.0]) if abs(back[2]) < 0.95 else np.array([1.0, 0.0, 0.0])
    right = np.cross(helper, back)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back], axis=1)


def _remove(thing: Any) -> None:
    data = thing.data
    bpy.data.objects.remove(thing)
    if isinstance(data, bpy.types.Mesh):
        bpy.data.meshes.remove(data)
    else:
        bpy.data.lights.remove(data)
