"""What stops the centre or one of its commands.

CentralError
├── SettingsError     a setting is missing, unknown or of the wrong kind
├── PlanRefused       a plan that is right by itself, but cannot be stored beside what is there
├── LadderRefused     a profile of ladders, or a switch to one, that cannot be as it is asked for
├── UnknownThing      a gateway, user or project that is not there
├── AlreadyThere      a gateway or user that is there already
└── NewerSchema       a database that a newer release has brought further
"""

from __future__ import annotations


class CentralError(Exception):
    """What, where, and what was expected instead."""

    def __init__(self, what: str, *, where: str, expected: str) -> None:
        super().__init__(f"{what} at {where}: expected {expected}")
        self.what = what
        self.where = where
        self.expected = expected


class SettingsError(CentralError):
    """A setting is missing, unknown or of the wrong kind."""


class UnknownThing(CentralError):  # noqa: N818 -- reads as what it is
    """A gateway, user or project that is not there."""


class LadderRefused(CentralError):  # noqa: N818
    """A profile of ladders, or a switch to one, that cannot be as it is asked for."""


class AlreadyThere(CentralError):  # noqa: N818
    """A gateway or user that is there already."""


class NewerSchema(CentralError):  # noqa: N818
    """A database that a newer release has brought further than this one knows."""


class PlanRefused(CentralError):  # noqa: N818
    """A plan that is right by itself, but cannot be stored beside what is there."""
