"""Weights of siblings in basis points: given, or computed from amounts, areas or a template. They sum to 10000."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from central.plan.fault import Path, Reader, shown
from central.plan.templates import PARTS, TEMPLATES

FULL_BP = 10_000
FEN_MAX = 10**15
_PRICED = ("amount_fen", "quantity", "rate_fen")
_QUANTITY_MAX = 10**9
_AREA_MAX = 10**8
_HOW = "a weight_bp, or for all of them an amount_fen (or quantity and rate_fen)"


def largest_remainder(parts: Sequence[int], total: int = FULL_BP) -> tuple[int, ...]:
    """`total` shared out by `parts` (each > 0), exact in sum; the largest remainders get what is left, the first of
    equals first. No part gets nothing as long as there are no more parts than `total`."""
    whole = sum(parts)
    shares = [part * total // whole for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda i: (-(parts[i] * total % whole), i))
    for index in by_rest[: total - sum(shares)]:
        shares[index] += 1
    for index, share in enumerate(shares):
        if share == 0:
            shares[shares.index(max(shares))] -= 1
            shares[index] = 1
    return tuple(shares)


class Weights:
    """Weights of a plan's rows by their path. What cannot be weighed is noted in the reader's faults."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.faults = reader, reader.faults
        self.of: dict[Path, int] = {}
        self.from_template: list[Path] = []

    def of_buildings(self, rows: Sequence[Path]) -> None:
        """By weight, amount, the amounts of their items, or floor area: whichever the rows give, all the same."""
        of = "buildings of the project"
        if self._any(rows, "weight_bp"):
            self._given(rows, of)
        elif self._any(rows, *_PRICED):
            self._shared(rows, [self._amount(row) for row in rows])
        elif rows and all(self._any(self._items(row), *_PRICED) for row in rows):
            self._shared(rows, [self._total(row) for row in rows])
        elif self._any(rows, "area_m2"):
            self._shared(rows, [self.reader.whole((*row, "area_m2"), low=1, high=_AREA_MAX) for row in rows])
        else:
            self._given(rows, of)

    def of_items(self, building: Path, rows: Sequence[Path], *, name: str) -> None:
        """By weight within the building or within its units, by amount, or by the building's template."""
        units = self.reader.rows((*building, "units"), required=False)
        if self._any(units, "weight_bp"):
            self._by_units(units, rows, name=name)
        elif self._any(rows, "weight_bp"):
            self._given(rows, f"items of building {name}")
        elif self._any(rows, *_PRICED):
            self._shared(rows, [self._amount(row) for row in rows])
        elif self.reader.at((*building, "template")) is not None:
            self._by_template(building, rows)
        else:
            self._given(rows, f"items of building {name}")

    def of_milestones(self, rows: Sequence[Path]) -> None:
        """By weight, or by amount."""
        if not self._any(rows, "weight_bp") and self._any(rows, *_PRICED):
            self._shared(rows, [self._amount(row) for row in rows])
        else:
            self._given(rows, "milestones of the project")

    def _given(self, rows: Sequence[Path], of: str) -> None:
        for row in rows:
            if self.reader.at((*row, "weight_bp")) is None and not self._any(rows, "weight_bp"):
                self.faults.add((*row, "weight_bp"), "nothing", f"a whole number from 1 to {FULL_BP}; {_HOW}")
                continue
            weight = self.reader.whole((*row, "weight_bp"), low=1, high=FULL_BP)
            if weight is not None:
                self.of[row] = weight
        numbers = [self.reader.at((*row, "weight_bp")) for row in rows]
        if not rows or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            return  # each wrong weight has been named already
        if sum(numbers) != FULL_BP:
            self.faults.add((*rows[-1], "weight_bp"), f"weights of the {of} sum to {sum(numbers)}", str(FULL_BP))

    def _shared(self, rows: Sequence[Path], parts: Sequence[int | None]) -> None:
        found = [part for part in parts if part is not None]
        if rows and len(found) == len(rows):
            self.of.update(zip(rows, largest_remainder(found), strict=True))

    def _by_units(self, units: Sequence[Path], rows: Sequence[Path], *, name: str) -> None:
        """Items weigh within their unit, units within the building; the product is shared out over the building."""
        before = len(self.faults.found)
        self._given(units, f"units of building {name}")
        named = [(self.reader.at((*unit, "id")), unit) for unit in units]
        by_unit = {unit_id: unit for unit_id, unit in named if isinstance(unit_id, str)}  # another id is told as such
        for unit_id, unit in by_unit.items():
            inside = [row for row in rows if self.reader.at((*row, "unit")) == unit_id]
            if not inside:
                self.faults.add((*unit, "id"), f"unit {unit_id} without items", "at least one item that names it")
            self._given(inside, f"items of unit {unit_id}")
        for row in rows:
            unit_of = self.reader.at((*row, "unit"))
            if not isinstance(unit_of, str) or unit_of not in by_unit:
                what = shown(unit_of)
                self.faults.add((*row, "unit"), what, f"a unit of building {name}, for its units have weights")
        if len(self.faults.found) == before:
            parts = [self.of[by_unit[self.reader.at((*row, "unit"))]] * self.of[row] for row in rows]
            self._shared(rows, parts)

    def _by_template(self, building: Path, rows: Sequence[Path]) -> None:
        """The template's share of each part, shared equally among the items of that part."""
        template = TEMPLATES.get(str(self.reader.at((*building, "template"))))
        if template is None:
            return  # named by the reader of the building
        inside: dict[str, list[Path]] = {part.stage: [] for part in template.parts}
        for row in rows:
            stage = self.reader.at((*row, "stage"))
            if not isinstance(stage, str) or stage not in inside:
                self.faults.add((*row, "stage"), shown(stage), f"one of {', '.join(inside)}, for its weight")
                return
            inside[stage].append(row)
        for part in template.parts:
            if not inside[part.stage]:
                what = f"no item of stage {part.stage}"
                self.faults.add((*building, "template"), what, f"an item for each of {', '.join(inside)}")
                return
            shares = largest_remainder([1] * len(inside[part.stage]), part.weight_bp)
            self.of.update(zip(inside[part.stage], shares, strict=True))
        self.from_template.append(building)

    def _items(self, building: Path) -> list[Path]:
        value = self.reader.at((*building, "items"))
        return [(*building, "items", i) for i in range(len(value))] if isinstance(value, list) else []

    def _total(self, building: Path) -> int | None:
        amounts = [self._amount(row, note=False) for row in self._items(building)]
        found = [amount for amount in amounts if amount is not None]
        return sum(found) if len(found) == len(amounts) else None

    def _amount(self, row: Path, *, note: bool = True) -> int | None:
        """Fen of a row: its amount, or quantity x rate rounded half up; both together must agree to the fen."""
        known = len(self.faults.found)
        priced = self._priced(row)
        given = self.reader.at((*row, "amount_fen"))
        if given is not None or priced is None:
            given = self.reader.whole((*row, "amount_fen"), low=1, high=FEN_MAX, unit="fen")
            if given is not None and priced is not None and given != priced:
                self.faults.add((*row, "amount_fen"), f"{given} fen", f"{priced} fen, quantity x rate")
        if not note:
            del self.faults.found[known:]
        return given if given is not None else priced

    def _priced(self, row: Path) -> int | None:
        quantity, rate = self.reader.at((*row, "quantity")), self.reader.at((*row, "rate_fen"))
        if quantity is None and rate is None:
            return None
        rate = self.reader.whole((*row, "rate_fen"), low=1, high=FEN_MAX, unit="fen")
        right = isinstance(quantity, int | float) and not isinstance(quantity, bool) and 0 < quantity <= _QUANTITY_MAX
        if not right:
            self.faults.add((*row, "quantity"), shown(quantity), f"a number above 0, at most {_QUANTITY_MAX}")
        if rate is None or not right:
            return None
        amount = int((Decimal(repr(quantity)) * rate).quantize(Decimal(1), ROUND_HALF_UP))
        return amount if 0 < amount <= FEN_MAX else None

    def _any(self, rows: Sequence[Path], *keys: str) -> bool:
        return any(self.reader.at((*row, key)) is not None for row in rows for key in keys)


def check_stage(reader: Reader, row: Path) -> None:
    """Note a part of a building that is none."""
    stage = reader.at((*row, "stage"))
    if stage is not None and stage not in PARTS:
        reader.faults.add((*row, "stage"), shown(stage), f"one of {', '.join(PARTS)}")
