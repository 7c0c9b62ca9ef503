"""Cycles materials from looks: procedural node recipes, each seen through the frame's haze. Needs bpy."""

from typing import Any

import bpy

from training.scenes.palette import Look

HAZE = "Haze"


def make_haze() -> Any:
    """The node group that mixes a surface with the air before it; `set_haze` gives it the frame's values."""
    group = bpy.data.node_groups.new(HAZE, "ShaderNodeTree")
    group.interface.new_socket("Surface", in_out="INPUT", socket_type="NodeSocketShader")
    group.interface.new_socket("Surface", in_out="OUTPUT", socket_type="NodeSocketShader")
    nodes, links = group.nodes, group.links
    entry, leave = nodes.new("NodeGroupInput"), nodes.new("NodeGroupOutput")
    distance, path = nodes.new("ShaderNodeCameraData"), nodes.new("ShaderNodeLightPath")
    over = _math(nodes, "DIVIDE", 1000.0)
    over.name = "over"
    links.new(distance.outputs["View Distance"], over.inputs[0])
    falling = _math(nodes, "MULTIPLY", -1.0)
    links.new(over.outputs[0], falling.inputs[0])
    power = _math(nodes, "EXPONENT")
    links.new(falling.outputs[0], power.inputs[0])
    share = _math(nodes, "SUBTRACT")
    share.inputs[0].default_value = 1.0
    links.new(power.outputs[0], share.inputs[1])
    seen = _math(nodes, "MULTIPLY")
    links.new(share.outputs[0], seen.inputs[0])
    links.new(path.outputs["Is Camera Ray"], seen.inputs[1])
    air = nodes.new("ShaderNodeEmission")
    air.name = "air"
    mix = nodes.new("ShaderNodeMixShader")
    links.new(seen.outputs[0], mix.inputs[0])
    links.new(entry.outputs[0], mix.inputs[1])
    links.new(air.outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], leave.inputs[0])
    return group


def set_haze(distance_m: float, rgb: tuple[float, float, float]) -> None:
    """63 % of the light at `distance_m` is haze of colour `rgb`."""
    nodes = bpy.data.node_groups[HAZE].nodes
    nodes["over"].inputs[1].default_value = distance_m
    nodes["air"].inputs["Color"].default_value = (*rgb, 1.0)


def _math(nodes: Any, operation: str, second: float | None = None) -> Any:
    node = nodes.new("ShaderNodeMath")
    node.operation = operation
    if second is not None:
        node.inputs[1].default_value = second
    return node


def make_material(name: str, look: Look) -> Any:
    """One material by its look's kind."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    match look.kind:
        case "lamp":
            surface = tree.nodes.new("ShaderNodeEmission")
            surface.inputs["Color"].default_value = (*look.colour, 1)
            surface.inputs["Strength"].default_value = 12.0
        case "net":
            surface = _net(tree, look)
        case _:
            surface = _solid(tree, look)
    haze = tree.nodes.new("ShaderNodeGroup")
    haze.node_tree = bpy.data.node_groups[HAZE]
    leave = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(surface.outputs[0], haze.inputs[0])
    tree.links.new(haze.outputs[0], leave.inputs["Surface"])
    return material


def _solid(tree: Any, look: Look) -> Any:
    """An opaque surface: the pattern's colour on a principled shader."""
    shader = tree.nodes.new("ShaderNodeBsdfPrincipled")
    shader.inputs["Roughness"].default_value = look.rough
    shader.inputs["Metallic"].default_value = look.metallic
    if look.kind == "glass":
        shader.inputs["IOR"].default_value = 1.6 + 1.5 * look.scale
    if look.kind == "leaf":
        shader.inputs["Specular IOR Level"].default_value = 0.1
    colour = _pattern(tree, look)
    tree.links.new(_toned(tree, colour, spread=0.9 if look.kind == "glass" else 0.35), shader.inputs["Base Color"])
    return shader


def _net(tree: Any, look: Look) -> Any:
    """Cloth: part of the light passes straight, part shines through, the rest is reflected; folds by noise."""
    links = tree.links
    colour = _toned(
        tree, _noise_mix(tree, look.colour, tuple(part * 0.6 for part in look.colour), scale=look.scale), spread=0.5
    )
    diffuse, through = tree.nodes.new("ShaderNodeBsdfDiffuse"), tree.nodes.new("ShaderNodeBsdfTranslucent")
    links.new(colour, diffuse.inputs["Color"])
    links.new(colour, through.inputs["Color"])
    cloth = tree.nodes.new("ShaderNodeMixShader")
    cloth.inputs[0].default_value = 0.3
    links.new(diffuse.outputs[0], cloth.inputs[1])
    links.new(through.outputs[0], cloth.inputs[2])
    if look.clear <= 0.02:
        return cloth
    clear = tree.nodes.new("ShaderNodeBsdfTransparent")
    net = tree.nodes.new("ShaderNodeMixShader")
    net.inputs[0].default_value = look.clear
    links.new(cloth.outputs[0], net.inputs[1])
    links.new(clear.outputs[0], net.inputs[2])
    return net


def _pattern(tree: Any, look: Look) -> Any:
    match look.kind:
        case "brick":
            colour = _brick(tree, look)
        case "speckle":
            colour = _noise_mix(tree, look.colour, look.colour2, scale=look.scale)
        case _:
            return _constant(tree, look.colour)
    return _stained(tree, colour, look.stain) if look.stain > 0.02 else colour


def _constant(tree: Any, colour: tuple[float, float, float]) -> Any:
    node = tree.nodes.new("ShaderNodeRGB")
    node.outputs[0].default_value = (*colour, 1.0)
    return node.outputs[0]


def _brick(tree: Any, look: Look) -> Any:
    where, node = tree.nodes.new("ShaderNodeUVMap"), tree.nodes.new("ShaderNodeTexBrick")
    tree.links.new(where.outputs[0], node.inputs["Vector"])
    low, high = (tuple(min(part * factor, 1.0) for part in look.colour) for factor in (0.85, 1.15))
    for name, value in (
        ("Color1", (*low, 1)),
        ("Color2", (*high, 1)),
        ("Mortar", (*look.colour2, 1)),
        ("Scale", 1.0),
        ("Mortar Size", look.joint_m),
        ("Brick Width", look.size_m[0]),
        ("Row Height", look.size_m[1]),
        ("Mortar Smooth", 0.1),
    ):
        node.inputs[name].default_value = value
    node.offset = 0.0 if look.size_m[1] > 0.25 else 0.5
    return node.outputs["Color"]


def _noise(tree: Any, *, scale: float, detail: float, squash: float = 1.0) -> Any:
    where, turn = tree.nodes.new("ShaderNodeNewGeometry"), tree.nodes.new("ShaderNodeMapping")
    noise = tree.nodes.new("ShaderNodeTexNoise")
    turn.inputs["Scale"].default_value = (scale, scale, scale * squash)
    noise.inputs["Scale"].default_value = 1.0
    noise.inputs["Detail"].default_value = detail
    tree.links.new(where.outputs["Position"], turn.inputs["Vector"])
    tree.links.new(turn.outputs[0], noise.inputs["Vector"])
    return noise.outputs[0]


def _mix(tree: Any, factor: Any, first: Any, second: Any, *, blend: str = "MIX") -> Any:
    node = tree.nodes.new("ShaderNodeMixRGB")
    node.blend_type = blend
    for value, socket in ((factor, node.inputs[0]), (first, node.inputs[1]), (second, node.inputs[2])):
        if isinstance(value, float):
            socket.default_value = value
        elif isinstance(value, tuple):
            socket.default_value = (*value, 1.0)
        else:
            tree.links.new(value, socket)
    return node.outputs[0]


def _noise_mix(tree: Any, first: Any, second: Any, *, scale: float) -> Any:
    sharp = tree.nodes.new("ShaderNodeMapRange")
    sharp.inputs["From Min"].default_value, sharp.inputs["From Max"].default_value = 0.35, 0.65
    tree.links.new(_noise(tree, scale=scale, detail=3.0), sharp.inputs["Value"])
    return _mix(tree, sharp.outputs[0], first, second)


def _stained(tree: Any, colour: Any, amount: float) -> Any:
    """Streaks that run down."""
    sharp = tree.nodes.new("ShaderNodeMapRange")
    sharp.inputs["From Min"].default_value, sharp.inputs["From Max"].default_value = 0.5, 0.75
    sharp.inputs["To Max"].default_value = amount
    tree.links.new(_noise(tree, scale=1.3, detail=2.0, squash=0.09), sharp.inputs["Value"])
    return _mix(tree, sharp.outputs[0], colour, (0.45, 0.42, 0.38), blend="MULTIPLY")


def _toned(tree: Any, colour: Any, *, spread: float) -> Any:
    """Brightness varied piece by piece with the mesh's `tint`."""
    tint = tree.nodes.new("ShaderNodeAttribute")
    tint.attribute_name = "tint"
    span = tree.nodes.new("ShaderNodeMapRange")
    span.inputs["To Min"].default_value, span.inputs["To Max"].default_value = 1 - spread / 2, 1 + spread / 2
    tree.links.new(tint.outputs["Fac"], span.inputs["Value"])
    grey = tree.nodes.new("ShaderNodeCombineColor")
    for index in range(3):
        tree.links.new(span.outputs[0], grey.inputs[index])
    return _mix(tree, 1.0, colour, grey.outputs[0], blend="MULTIPLY")
