"""Which gateways run something older than others do: software first, then the weights of the vision. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Behind = Literal["software", "models"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a gateway said at its birth: `software` as name/version, `models` digests joined by ','; '' = not said."""

    gateway: str
    software: str
    models: str


def lagging(found: Sequence[Running]) -> dict[str, Behind]:
    """Gateways that are behind, by id. Whoever said nothing is not judged.

    Of those on the newest software, weights that fewer of them run count as older; where no weights are run by more
    than the others, none is called so.
    """
    spoken = [one for one in found if one.software]
    if not spoken:
        return {}
    newest = max(_version(one.software) for one in spoken)
    behind: dict[str, Behind] = {one.gateway: "software" for one in spoken if _version(one.software) < newest}
    level = [one for one in spoken if one.gateway not in behind and one.models]
    ranked = Counter(one.models for one in level).most_common(2)
    if len(ranked) == 2 and ranked[0][1] > ranked[1][1]:
        behind |= {one.gateway: "models" for one in level if one.models != ranked[0][0]}
    return behind


def _version(software: str) -> tuple[int, ...]:
    """ "siteprogress/0.10.1" -> (0, 10, 1); what has no number sorts first."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", software.rpartition("/")[2])[:4])
