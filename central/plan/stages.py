"""The kinds of work: the ordered stages a plan may give credit for (vision.md §2), and those that no camera sees."""

from __future__ import annotations

STAGES: dict[str, tuple[str, ...]] = {
    "new_build": ("void", "formwork", "structure", "infill", "base", "finished"),
    "renovation": ("old", "stripped", "insulated", "base_coat", "finished"),
    "road": ("existing", "excavated", "subgrade", "base", "binder", "surface", "marked"),
}
MILESTONE_TYPES: tuple[str, ...] = ("industry", "service", "technology", "equipment")  # 产业 公共服务 科技 设备
