"""What is behind a reference of a value, warning or sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from central.domain import Text

Facts = Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What is behind a reference. `inside` names what that itself rests on, newest last; `money` are facts for those
    who may read money; `projects` it belongs to, `unit` where it is a unit's ('' and no projects: the district's).
    `picture` = SHA-256 of a photo that may be shown."""

    kind: str
    key: str
    name: Text
    at_ms: int | None
    value: str | None = None
    facts: Facts = field(default_factory=dict)
    money: Facts = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    unit: str = ""
    picture: str = ""
