"""What can go wrong on the edge, outside the eye (see `edge_agent.vision.errors`).

EdgeError
├── SettingsError         the settings file does not fit
├── CameraError           a camera cannot be opened or gives no usable image
├── StoreError            the outbox cannot be used
│   ├── StoreBusyError    another agent holds the data folder
│   ├── StoreFullError    the disk is full: capture waits, sending goes on
│   └── StoreBrokenError  the disk refuses to write: the process must end and open the store anew
└── BrokerError           no session with the broker
"""

from __future__ import annotations


class EdgeError(Exception):
    """Root of the agent's own errors."""


class SettingsError(EdgeError):
    """A settings file that cannot be used: `file`, `where` (the key in it) and `expected` tell what to mend."""

    def __init__(self, *, file: str, where: str, expected: str) -> None:
        super().__init__(f"{file}: at {where}: {expected}")
        self.file = file
        self.where = where
        self.expected = expected


class CameraError(EdgeError):
    """A camera that gives no image: `camera`, what happened, and what was expected."""

    def __init__(self, camera: str, problem: str, *, expected: str) -> None:
        super().__init__(f"camera {camera}: {problem}; expected {expected}")
        self.camera = camera
        self.problem = problem
        self.expected = expected


class StoreError(EdgeError):
    """The outbox at `path` cannot be used."""

    def __init__(self, path: str, problem: str, *, expected: str) -> None:
        super().__init__(f"{path}: {problem}; expected {expected}")
        self.path = path
        self.problem = problem
        self.expected = expected


class StoreBusyError(StoreError):
    """Another agent holds the data folder."""


class StoreFullError(StoreError):
    """No room on the disk; what is stored stays, nothing new can be added until there is room."""


class StoreBrokenError(StoreError):
    """A write or sync failed; pages may be lost, so the process must end and open the store anew."""


class BrokerError(EdgeError):
    """No session with the broker; it is tried again."""

    def __init__(self, url: str, problem: str, *, expected: str) -> None:
        super().__init__(f"broker {url}: {problem}; expected {expected}")
        self.url = url
        self.problem = problem
        self.expected = expected
