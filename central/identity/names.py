"""Names that may stand in a gateway's certificate: the broker grants rights by them."""

from __future__ import annotations

from wire.topics import GATEWAY_ID

CENTRE = "centre"  # the access rules let this one read and write everything
RESERVED = frozenset({CENTRE, "host"})


def check_gateway_id(gateway: str) -> None:
    """ValueError when a gateway cannot be called that."""
    if not GATEWAY_ID.fullmatch(gateway) or gateway in RESERVED:
        raise ValueError(
            f"gateway id {gateway!r}: expected 1-63 of a-z, 0-9 and '-', starting with a letter or digit, "
            f"not {' or '.join(repr(name) for name in sorted(RESERVED))}"
        )
