"""Face readings to observations of work items. Pure, and a function of the set of readings: arrival order has no say.

The share of an item that a face proves is the mean over its cells of the credit of the cell's stage:
value_bp = sum over stages of share_bp[stage] x credit_bp[stage] / sum of shares. Faces that one gateway saw of one
building at one instant are one observation, weighted by their cells (rows x cols).
Confidence = (300 bp / max(sigma, 300 bp))^2, at least 5 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SIGMA_FULL_BP = 300  # a reading this sharp or sharper counts fully
CONF_MIN_BP = 500
_FULL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSeen:
    """What a stored face reading says about progress. `shares` = stage to bp of its cells; instants in ms UTC."""

    gateway: str
    epoch: str
    seq: int
    camera: str
    face: str
    building: str
    observed_at_ms: int
    shares: Mapping[str, int]
    cells: int
    completion_bp: int | None
    sigma_bp: int

    @property
    def ref(self) -> str:
        """gateway/epoch/seq."""
        return f"{self.gateway}/{self.epoch}/{self.seq}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSeen:
    """One camera observation of one item; `refs` are the readings it was made of."""

    item: str
    gateway: str
    building: str
    seq: int
    observed_at_ms: int
    value_bp: int
    conf_bp: int
    refs: tuple[str, ...]


def observe(readings: Iterable[FaceSeen], credits_by_item: Mapping[str, Mapping[str, int]]) -> tuple[ItemSeen, ...]:
    """Observations of the items of ONE building from readings of one gateway at one instant.

    Abstained readings (completion None) say nothing; of two readings of one camera and face the later record counts.
    Items without credits cannot be seen from outside and get none.
    """
    faces = _newest_by_face(readings)
    if not faces:
        return ()
    first = faces[0]
    cells = sum(face.cells for face in faces)
    conf_bp = confidence_bp(_ratio(sum(face.sigma_bp * face.cells for face in faces), cells))
    return tuple(
        ItemSeen(
            item=item,
            gateway=first.gateway,
            building=first.building,
            seq=first.seq,
            observed_at_ms=first.observed_at_ms,
            value_bp=_ratio(sum(_proved_bp(face.shares, proves) * face.cells for face in faces), cells),
            conf_bp=conf_bp,
            refs=tuple(face.ref for face in faces),
        )
        for item, proves in sorted(credits_by_item.items())
        if proves
    )


def confidence_bp(sigma_bp: int) -> int:
    """Weight of a reading of this standard deviation, 500-10000."""
    sharp = SIGMA_FULL_BP * SIGMA_FULL_BP
    square = max(sigma_bp, SIGMA_FULL_BP) ** 2
    return max(CONF_MIN_BP, (2 * sharp * _FULL_BP + square) // (2 * square))


def _newest_by_face(readings: Iterable[FaceSeen]) -> list[FaceSeen]:
    newest: dict[tuple[str, str], FaceSeen] = {}
    for reading in sorted(readings, key=lambda r: (r.epoch, r.seq)):
        if reading.completion_bp is not None and reading.cells and sum(reading.shares.values()):
            newest[reading.camera, reading.face] = reading
    return sorted(newest.values(), key=lambda r: (r.epoch, r.seq))


def _proved_bp(shares_bp: Mapping[str, int], credits_bp: Mapping[str, int]) -> int:
    """Share of the item one face proves; cells never seen are taken to be like the seen ones."""
    proved = sum(share * credits_bp.get(stage, 0) for stage, share in shares_bp.items())
    return _ratio(proved, sum(shares_bp.values()))


def _ratio(part: int, whole: int) -> int:
    """Quotient, rounded half up."""
    return (2 * part + whole) // (2 * whole)
