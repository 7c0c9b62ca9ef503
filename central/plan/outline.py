"""The structure of a plan document (siteprogress.plan/2): lots, units, steps, key dates, dependencies, terms."""

from __future__ import annotations

from collections.abc import Sequence

from central.plan.fault import Path, Reader, shown
from central.plan.items import Frame
from central.plan.named import Named
from central.plan.structure import Dependency, KeyDate, Lot, PlanStructure, PlanTerms, Step, Unit
from central.plan.weights import FEN_MAX, FULL_BP

_LAG_DAYS_MAX = 3660
_OBSERVERS = ("camera", "inspector", "document")


class Outline:
    """Reads what lies around the buildings. `named` knows every id of buildings and items before the rest is read."""

    def __init__(self, named: Named, frame: Frame) -> None:
        self.named, self.reader, self.faults, self.frame = named, named.reader, named.faults, frame
        self.units: list[Unit] = []
        self.steps: list[Step] = []
        self._in_lot: dict[str, list[str]] = {}

    def read_building(self, row: Path, building: str, items: Sequence[Path]) -> None:
        """Units of a building and the items in them; steps of the items."""
        inside: dict[str, list[str]] = {}
        for item in items:
            self.read_steps((*item, "steps"), str(self.reader.at((*item, "id"))))
            self._read_observers((*item, "observable_by"))
            if (unit := self.named.words((*item, "unit"))) != "":
                inside.setdefault(unit, []).append(str(self.reader.at((*item, "id"))))
        known = set()
        for unit_row in self.reader.rows((*row, "units"), required=False):
            unit_id, name = self.named.new_id((*unit_row, "id")), self.named.text((*unit_row, "name"))
            if unit_id is not None and name is not None:
                known.add(unit_id)
                found = tuple(inside.get(unit_id, ()))
                self.units.append(Unit(id=unit_id, building=building, name=name, items=found))
        for item in items:
            unit_of = self.reader.at((*item, "unit"))
            if isinstance(unit_of, str) and unit_of.strip() and unit_of.strip() not in known:
                self.faults.add((*item, "unit"), f"unit {unit_of!r}", f"a unit of building {building}")
        if (lot := self.named.words((*row, "lot"))) != "":
            self._in_lot.setdefault(lot, []).append(building)

    def structure(self, buildings: Sequence[Path], items: Sequence[str], from_template: Sequence[str]) -> PlanStructure:
        """Everything, after all buildings were read. `items` are the ids of all of them."""
        lots = self._lots(buildings)
        return PlanStructure(
            lots=lots,
            units=tuple(self.units),
            steps=tuple(self.steps),
            key_dates=self._key_dates(items),
            dependencies=self._dependencies(items),
            from_template=tuple(from_template),
        )

    def read_steps(self, path: Path, item: str) -> None:
        """Steps of an item; what they are worth sums to the whole item."""
        rows = self.reader.rows(path, required=False)
        credit, names = 0, set[str]()
        for row in rows:
            name, worth = self.reader.text((*row, "name")), self.reader.whole((*row, "credit_bp"), low=1, high=FULL_BP)
            evidence = self.named.words((*row, "evidence"))
            if name is None or worth is None:
                return
            if name in names:
                self.faults.add((*row, "name"), f"step {name!r} again", "each step once an item")
            names.add(name)
            credit += worth
            self.steps.append(Step(item=item, name=name, credit_bp=worth, evidence=evidence))
        if rows and credit != FULL_BP:
            self.faults.add((*rows[-1], "credit_bp"), f"steps of item {item} sum to {credit}", str(FULL_BP))

    def terms(self, head: Path) -> PlanTerms:
        """What contract and approval say; a budget above the estimate needs a change that was approved."""
        at = self.reader.at
        signed = self.reader.day((*head, "signed_on")) if at((*head, "signed_on")) is not None else None
        agreed = self.reader.day((*head, "agreed_start")) if at((*head, "agreed_start")) is not None else None
        if signed and agreed and agreed < signed:
            self.faults.add((*head, "agreed_start"), str(agreed), f"a day from {signed} on, when it was signed")
        if signed and self.frame.start and self.frame.start < signed:
            self.faults.add((*head, "start"), str(self.frame.start), f"no work before {signed}, when it was signed")
        estimate = 0
        if at((*head, "estimate_fen")) is not None:
            estimate = self.reader.whole((*head, "estimate_fen"), low=1, high=FEN_MAX, unit="fen") or 0
        budget, change = at((*head, "budget_fen")), self.named.words((*head, "estimate_change"))
        if estimate and isinstance(budget, int) and budget > estimate and not change:
            what, rule = f"{budget} above the estimate {estimate}", "at most the estimate, or its approved change"
            self.faults.add((*head, "budget_fen"), what, f"{rule} named in estimate_change")
        unit_id = self.named.id_text((*head, "unit_id")) if at((*head, "unit_id")) is not None else None
        return PlanTerms(
            signed_on=signed,
            agreed_start=agreed,
            estimate_fen=estimate,
            object_code=self.named.words((*head, "object_code")),
            unit_id=unit_id or "",
        )

    def _lots(self, buildings: Sequence[Path]) -> tuple[Lot, ...]:
        found = []
        for row in self.reader.rows(("lots",), required=False):
            lot, name = self.named.new_id((*row, "id")), self.named.text((*row, "name"))
            sum_fen = 0
            if self.reader.at((*row, "contract_fen")) is not None:
                sum_fen = self.reader.whole((*row, "contract_fen"), low=0, high=FEN_MAX, unit="fen") or 0
            contractor = self.named.words((*row, "contractor"))
            if lot is None or name is None:
                continue
            inside = tuple(self._in_lot.get(lot, ()))
            if not inside:
                self.faults.add((*row, "id"), f"lot {lot} without buildings", "at least one building that names it")
            found.append(Lot(id=lot, name=name, contractor=contractor, contract_fen=sum_fen, buildings=inside))
        known = [lot.id for lot in found]
        for row in buildings:
            lot_of = self.reader.at((*row, "lot"))
            if known and lot_of not in known:
                self.faults.add((*row, "lot"), shown(lot_of), f"one of {', '.join(sorted(known))}")
            elif not known and lot_of is not None:
                self.faults.add((*row, "lot"), shown(lot_of), "a lot that is listed under lots")
        return tuple(found)

    def _key_dates(self, items: Sequence[str]) -> tuple[KeyDate, ...]:
        found = []
        for row in self.reader.rows(("key_dates",), required=False):
            key, name, day = (
                self.named.new_id((*row, "id")), self.named.text((*row, "name")), self.reader.day((*row, "day")),
            )  # fmt: skip
            item = self.named.words((*row, "item"))
            if item and item not in items:
                self.faults.add((*row, "item"), f"item {item!r}", "an item of this plan")
            if key is None or name is None or day is None:
                continue
            self.frame.check(self.reader, (*row, "day"), day)
            found.append(KeyDate(id=key, name=name, day=day, item=item))
        return tuple(found)

    def _dependencies(self, items: Sequence[str]) -> tuple[Dependency, ...]:
        rows = self.reader.rows(("dependencies",), required=False)
        return tuple(link for row in rows if (link := read_dependency(self.reader, row, items, of="item")) is not None)

    def _read_observers(self, path: Path) -> None:
        value = self.reader.at(path)
        named = [part.strip() for part in value.replace("、", ",").split(",")] if isinstance(value, str) else value
        if value is not None and (not isinstance(named, list) or not all(one in _OBSERVERS for one in named)):
            self.faults.add(path, shown(value), f"any of {', '.join(_OBSERVERS)}")


def read_dependency(reader: Reader, row: Path, known: Sequence[str], *, of: str) -> Dependency | None:
    """One link between two different known ids."""
    ends = [reader.text((*row, key), limit=63) for key in ("from", "to")]
    lag = 0
    if reader.at((*row, "lag_days")) is not None:
        lag = reader.whole((*row, "lag_days"), low=-_LAG_DAYS_MAX, high=_LAG_DAYS_MAX, unit="days") or 0
    for key, end in zip(("from", "to"), ends, strict=True):
        if end is not None and end not in known:
            reader.faults.add((*row, key), f"{of} {end!r}", f"one that is listed: {of}s have ids of their own")
    before, after = ends
    if before is None or after is None:
        return None
    if before == after:
        reader.faults.add((*row, "to"), f"{of} {after!r} after itself", f"another {of}")
        return None
    return Dependency(before=before, after=after, lag_days=lag)
