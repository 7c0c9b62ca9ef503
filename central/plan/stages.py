"""The ordered stages of each work type that a plan may give credit for (vision.md §2)."""

from __future__ import annotations

STAGES: dict[str, tuple[str, ...]] = {
    "new_build": ("void", "formwork", "structure", "infill", "base", "finished"),
    "renovation": ("old", "stripped", "insulated", "base_coat", "finished"),
    "road": ("existing", "excavated", "subgrade", "base", "binder", "surface", "marked"),
}
