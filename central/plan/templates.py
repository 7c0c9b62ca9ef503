"""Weights of the parts of a building where no bill of quantities is at hand (domain.md §2.5); always told as such."""

from __future__ import annotations

from dataclasses import dataclass

from central.domain import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShare:
    """A part (GB 50300 分部), its share of the building, and what a facade stage proves of it, where a camera can see.

    `credits` are for the work type of the template.
    """

    stage: str
    name: Text
    weight_bp: int
    credits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingTemplate:
    """A kind of building; the shares sum to 10000."""

    name: Text
    work_type: str
    parts: tuple[PartShare, ...]


_NAMES = {
    "ground": Text(zh="地基与基础", en="Ground and foundation"),
    "structure": Text(zh="主体结构", en="Main structure"),
    "masonry": Text(zh="砌体", en="Masonry"),
    "roof": Text(zh="屋面", en="Roof"),
    "facade": Text(zh="外墙保温与门窗", en="Facade, insulation, windows"),
    "services": Text(zh="机电安装", en="Building services"),
    "interior": Text(zh="建筑装饰装修", en="Interior finish"),
    "outdoor": Text(zh="室外工程", en="Outdoor works"),
    "closing": Text(zh="验收与收尾", en="Acceptance and closing"),
}
PARTS: tuple[str, ...] = tuple(_NAMES)
_NEW = {
    "ground": (("formwork", 10_000),),
    "structure": (("formwork", 5000), ("structure", 10_000)),
    "masonry": (("infill", 10_000),),
    "facade": (("base", 5000), ("finished", 10_000)),
}
_OLD = {"facade": (("stripped", 2000), ("insulated", 6000), ("base_coat", 8000), ("finished", 10_000))}


def _template(name: Text, work_type: str, percent: dict[str, int]) -> BuildingTemplate:
    proofs = _NEW if work_type == "new_build" else _OLD
    parts = tuple(
        PartShare(stage=stage, name=_NAMES[stage], weight_bp=share * 100, credits=proofs.get(stage, ()))
        for stage, share in percent.items()
    )
    return BuildingTemplate(name=name, work_type=work_type, parts=parts)


TEMPLATES: dict[str, BuildingTemplate] = {
    "shell": _template(
        Text(zh="新建毛坯", en="New build, bare shell"),
        "new_build",
        {
            "ground": 12, "structure": 42, "masonry": 11, "roof": 3, "facade": 14, "services": 12, "interior": 3,
            "outdoor": 2, "closing": 1,
        },
    ),
    "finished": _template(
        Text(zh="新建精装公建", en="New build, finished public building"),
        "new_build",
        {
            "ground": 12, "structure": 28, "masonry": 7, "roof": 3, "facade": 13, "services": 18, "interior": 14,
            "outdoor": 3, "closing": 2,
        },
    ),
    "retrofit": _template(
        Text(zh="老旧小区改造", en="Retrofit of an old estate"),
        "renovation",
        {"roof": 12, "facade": 32, "services": 20, "interior": 14, "outdoor": 18, "closing": 4},
    ),
}  # fmt: skip
