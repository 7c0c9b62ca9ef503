"""Proves stored records offline: links and signatures are recomputed from what is in the database alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central.ingest.ranges import Received
from central.store.read_delivery import sealed_records, stored_ranges
from central.store.save_proofs import Proof, gateways_named, proofs_of
from wire.codec import Sealed
from wire.signing import link, link_start, statement, verify

FAULTS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A signature that does not hold over the records lo..hi as they are stored."""

    lo: int
    hi: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """One stream. `proved` records are covered by a signature that holds, `unsigned` by none (not enrolled then).

    `earlier_key`: signatures by another key than the one registered today. `breaks`: neighbouring signatures that hold
    and do not link up, for a store was set back or cloned; each was a security event when it came. `faults` are the
    first 20.
    """

    gateway: str
    epoch: str
    proved: int
    unsigned: int
    signatures: int
    earlier_key: int
    breaks: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether every signature holds."""
        return not self.faults


def prove(connection: Connection, *, gateway: str, epoch: str) -> Proven:
    """Check every signature of a stream against its stored records, and count neighbours that do not link up."""
    proofs = proofs_of(connection, gateway=gateway, epoch=epoch)
    registered = gateways_named(connection, {gateway}).get(gateway)
    faults: list[Fault] = []
    good = Received()
    ends: dict[int, set[str]] = {0: {link_start(gateway, epoch).hex()}}
    breaks = 0
    for proof in proofs:
        records = sealed_records(connection, gateway=gateway, epoch=epoch, lo=proof.lo, hi=proof.hi)
        what = _fault(proof, records, gateway=gateway, epoch=epoch)
        if what is None:
            good = good.add(proof.lo, proof.hi)
            ends.setdefault(proof.hi, set()).add(proof.end_link)
            breaks += proof.prev not in ends.get(proof.lo - 1, {proof.prev})
        else:
            faults.append(Fault(lo=proof.lo, hi=proof.hi, what=what))
    stored = stored_ranges(connection, gateway=gateway, epoch=epoch)
    unsigned = sum(gap_hi - gap_lo + 1 for lo, hi in stored for gap_lo, gap_hi in good.missing(lo, hi))
    return Proven(
        gateway=gateway,
        epoch=epoch,
        proved=sum(hi - lo + 1 for lo, hi in stored) - unsigned,
        unsigned=unsigned,
        signatures=len(proofs),
        earlier_key=sum(registered is not None and proof.public_key != registered.public_key for proof in proofs),
        breaks=breaks,
        faults=tuple(faults[:FAULTS_MAX]),
    )


def _fault(proof: Proof, records: Sequence[Sealed], *, gateway: str, epoch: str) -> str | None:
    if [record.seq for record in records] != list(range(proof.lo, proof.hi + 1)):
        return f"{len(records)} records stored, expected {proof.hi - proof.lo + 1}"
    end = bytes.fromhex(proof.prev)
    for record in records:
        end = link(end, record.spelled)
    if end.hex() != proof.end_link:
        return "records were changed after they were signed"
    said = statement(gateway, epoch, lo=proof.lo, hi=proof.hi, end=end)
    return None if verify(proof.public_key, said, proof.sig) else "the signature is not of its key"
