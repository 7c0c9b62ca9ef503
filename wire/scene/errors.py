"""What a commissioning is refused for."""


def asked(expected: str) -> str:
    """After "at PLACE: ". What a schema check says of itself ("Field required") stands as it is."""
    return expected if "expected" in expected or expected[:2].istitle() else f"expected {expected}"


class SceneError(Exception):
    """A commissioning that cannot be used; `where` is the path inside `file`."""

    def __init__(self, *, file: str, where: str, expected: str) -> None:
        self.file = file
        self.where = where
        self.expected = expected
        super().__init__(f"{file}: at {where}: {asked(expected)}")
