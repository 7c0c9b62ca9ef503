"""The buffers of one frame on the card. Needs an OpenGL context."""

from dataclasses import dataclass, field
from typing import Any

from training.scenes.raster.mesh import Pile, Span

VERTEX = ((3, "in_position"), (3, "in_normal"), (2, "in_uv"), (1, "in_tint"))


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
