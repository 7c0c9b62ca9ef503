"""The work types that the generator knows. Pure data."""

from training.scenes.kinds import Works
from training.scenes.new_build import NEW_BUILD

WORKS: dict[str, Works] = {"new_build": NEW_BUILD}
