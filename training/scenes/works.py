"""The work types that the generator knows. Pure data."""

from training.scenes.kinds import Works
from training.scenes.new_build import NEW_BUILD
from training.scenes.renovation import RENOVATION
from training.scenes.road import ROAD

WORKS: dict[str, Works] = {"new_build": NEW_BUILD, "road": ROAD, "renovation": RENOVATION}
