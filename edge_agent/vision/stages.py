"""The ordered stages of each work type and the credit each earns: data in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StageList:
    """Ordered stages of one work type.

    `credit_bp` is the completion of a cell in that stage, 1/10000 of its visible exterior.
    `dwell_days` is the usual stay in a stage, the filter's prior; the last one is never left. `paces` are how many
    times as fast slow, usual and fast sites go. `fastest_bp_per_day` is how much of a whole face (1/10000) the fastest
    crews do in a day: what rises faster is doubted.
    """

    work_type: str
    names: tuple[str, ...]
    credit_bp: tuple[int, ...]
    dwell_days: tuple[float, ...]
    paces: tuple[float, float, float]
    fastest_bp_per_day: int

    @property
    def rises(self) -> bool:
        """True where the work begins as nothing and grows storey by storey: nothing is built above a void."""
        return self.names[0] == "void"

    @property
    def renews(self) -> bool:
        """True where something that stands is made anew: before the works it looks much as it does after them."""
        return not self.rises

    def index(self, name: str) -> int:
        """Position of a stage by name; ValueError lists the names that exist."""
        if name not in self.names:
            msg = f"stage {name!r} unknown for {self.work_type}; expected one of {', '.join(self.names)}"
            raise ValueError(msg)
        return self.names.index(name)


NEW_BUILD = StageList(
    work_type="new_build",
    names=("void", "formwork", "structure", "infill", "base", "finished"),
    credit_bp=(0, 2500, 5000, 6500, 8000, 10000),
    dwell_days=(20.0, 10.0, 12.0, 12.0, 12.0, float("inf")),
    paces=(0.2, 0.8, 2.0),
    fastest_bp_per_day=600,
)

# An old facade made better: nothing is credited for what was there before.
RENOVATION = StageList(
    work_type="renovation",
    names=("old", "stripped", "insulated", "base_coat", "finished"),
    credit_bp=(0, 2000, 5000, 7500, 10000),
    dwell_days=(12.0, 8.0, 8.0, 8.0, float("inf")),
    paces=(0.4, 1.0, 4.0),
    fastest_bp_per_day=600,
)

# A strip of road, layer by layer; rows are chainage from near to far, columns are lanes.
ROAD = StageList(
    work_type="road",
    names=("existing", "excavated", "subgrade", "base", "binder", "surface", "marked"),
    credit_bp=(0, 1500, 3500, 6000, 8000, 9500, 10000),
    dwell_days=(12.0, 8.0, 8.0, 10.0, 8.0, 6.0, float("inf")),
    paces=(0.4, 1.0, 2.5),
    fastest_bp_per_day=1000,
)

STAGE_LISTS = {stages.work_type: stages for stages in (NEW_BUILD, RENOVATION, ROAD)}

COVERS = ("scaffold", "net_opaque", "net_seethrough")
OCCLUDERS = ("none", "crane", "vehicle_person", "vegetation", "other_building", "lens")


def stages_of(work_type: str) -> StageList:
    """The stage list of a work type; ValueError when this version cannot see it."""
    stages = STAGE_LISTS.get(work_type)
    if stages is None:
        msg = f"work_type {work_type!r} cannot be seen; expected one of {', '.join(STAGE_LISTS)}"
        raise ValueError(msg)
    return stages
