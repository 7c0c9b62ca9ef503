"""Why a configuration from the centre is not taken.

ConfigError (an EdgeError)
├── ForgedError     not signed by our centre, or not meant for us: counted, never answered
├── StaleError      older than what was handled, or handled already: nothing to do
├── RefusedError    signed and for us, but cannot be used: answered with the reason
├── ExpiredError    its deadline has passed: answered
└── NotYetError     cannot be judged now (a blob not reached): tried again until the deadline
"""

from __future__ import annotations

from edge_agent.errors import EdgeError


class ConfigError(EdgeError):
    """What is wrong, where, and what was expected."""

    def __init__(self, what: str, *, where: str, expected: str) -> None:
        super().__init__(f"{where}: {what}; expected {expected}")
        self.where = where
        self.expected = expected


class ForgedError(ConfigError):
    """Not signed by our centre, or not meant for us."""


class StaleError(ConfigError):
    """Older than what was handled."""


class RefusedError(ConfigError):
    """Signed and for us, but cannot be used."""


class ExpiredError(ConfigError):
    """Its deadline has passed."""


class NotYetError(ConfigError):
    """Not to be had now; tried again until the deadline."""
