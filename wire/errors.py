"""What can be wrong with a message.

WireError
├── TopicError            the topic is not one of ours
├── TooLargeError         over the size cap, before or after decompression
├── MalformedError        not zlib, not JSON, not of the schema, or the checksum differs
└── UnknownVersionError   well formed, but a version this side does not speak
"""

from __future__ import annotations


class WireError(ValueError):
    """A message that cannot be taken. `where` is a path inside it, `expected` what would have been right."""

    def __init__(self, what: str, *, where: str, expected: str) -> None:
        super().__init__(f"{what} at {where}: expected {expected}")
        self.what = what
        self.where = where
        self.expected = expected


class TopicError(WireError):
    """The topic is not in the tree of `wire.topics`."""


class TooLargeError(WireError):
    """Over the cap; refused before more memory is spent on it."""


class MalformedError(WireError):
    """Broken bytes, broken JSON, broken schema or a checksum that differs."""


class UnknownVersionError(WireError):
    """A version this side does not speak; kept as a dead letter, never dropped."""
