"""The work types that the generator knows: how each is drawn (sites.py: how each is made up). Pure data."""

from training.scenes.kinds import Works
from training.scenes.new_build.works import NEW_BUILD
from training.scenes.renovation.works import RENOVATION
from training.scenes.road.works import ROAD

WORKS: dict[str, Works] = {"new_build": NEW_BUILD, "road": ROAD, "renovation": RENOVATION}
