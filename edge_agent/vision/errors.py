"""What the eye refuses, each error naming what, where and what was expected.

VisionError
├── SceneError     scene.json does not fit `siteprogress.scene/1`
├── DatasetError   a data set breaks the layout of vision.md section 5
├── FrameError     an image that cannot be read
├── ModelError     weights, manifest or card that do not fit together
└── MemoryFormatError    a saved camera memory of another version, or damaged
"""

from wire.scene import errors


class VisionError(Exception):
    """Root of all errors raised by the vision package."""


class SceneError(errors.SceneError, VisionError):
    """A commissioning file that cannot be used; `where` is the path inside the file."""


class DatasetError(VisionError):
    """A data set that breaks its layout; `where` is the path inside the file."""

    def __init__(self, *, file: str, where: str, expected: str) -> None:
        self.file = file
        self.where = where
        self.expected = expected
        super().__init__(f"{file}: at {where}: {errors.asked(expected)}")


class FrameError(VisionError):
    """An image that cannot be read: truncated, too large, or no image at all."""

    def __init__(self, *, source: str, problem: str, expected: str) -> None:
        self.source = source
        self.problem = problem
        self.expected = expected
        super().__init__(f"{source}: {problem}; expected {expected}")


class ModelError(VisionError):
    """Weights that must not be run; `reason` says which check failed."""

    def __init__(self, *, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


class MemoryFormatError(VisionError):
    """A saved camera memory that this version cannot continue from."""

    def __init__(self, *, problem: str, expected: str) -> None:
        self.problem = problem
        self.expected = expected
        super().__init__(f"camera memory: {problem}; expected {expected}")
