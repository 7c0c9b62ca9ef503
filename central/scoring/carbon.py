"""Carbon of building works: Σ quantity x factor in tCO2e, by a factor table that names its source and version (C34)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Literal

from central.domain import Text
from central.scoring.refused import ScoringRefused

FactorKind = Literal["material", "machine", "transport", "energy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """tCO2e for one `unit`: a tonne of a material, an hour of a machine, a tonne-kilometre of transport."""

    code: str
    name: Text
    kind: FactorKind
    unit: str
    tco2e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorTable:
    """Factors with where they are from: a standard or publication, and which edition."""

    name: str
    source: str
    version: str
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """So much of a factor's thing, in the factor's unit; `ref` is the paper that says so."""

    code: str
    amount: float
    unit: str
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonLine:
    """One product of the sum."""

    quantity: Quantity
    factor: Factor
    tco2e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """All lines, their sum, and the table by name, source and version."""

    lines: tuple[CarbonLine, ...]
    tco2e: float
    table: str
    source: str
    version: str


def checked_table(table: FactorTable) -> FactorTable:
    """The table; ScoringRefused without source, version or factors, with a code twice, or a factor that is none."""
    for field, value in (("source", table.source), ("version", table.version)):
        if not value.strip():
            names = Text(zh=f"碳排放因子表没有 {field}", en=f"a factor table without {field}")
            raise ScoringRefused(
                "missing",
                names,
                where=field,
                expected=Text(zh="因子来源与版本", en="where its factors are from, and which edition"),
            )
    codes = [one.code for one in table.factors]
    odd = [one.code for one in table.factors if not isfinite(one.tco2e) or one.tco2e < 0]
    if not codes or len(set(codes)) != len(codes) or odd:
        what = ", ".join(odd or sorted({code for code in codes if codes.count(code) > 1})) or "-"
        raise ScoringRefused(
            "missing",
            Text(zh=f"因子表条目不可用: {what}", en=f"factors that cannot be used: {what}"),
            where="factors",
            expected=Text(zh="每个编号一条, 因子不小于 0", en="each code once, factors of 0 or more"),
        )
    return table


def footprint(quantities: Sequence[Quantity], table: FactorTable) -> Footprint:
    """1,000 t x 0.12 + 50 t x 2.0 = 220 tCO2e; ScoringRefused names a quantity that the table has no factor for, or
    whose unit is not the factor's: nothing is left out of the sum in silence."""
    known = {one.code: one for one in checked_table(table).factors}
    lines = tuple(_line(one, known) for one in quantities)
    total = fsum(line.tco2e for line in lines)
    return Footprint(lines=lines, tco2e=total, table=table.name, source=table.source, version=table.version)


def _line(quantity: Quantity, known: Mapping[str, Factor]) -> CarbonLine:
    factor = known.get(quantity.code)
    if factor is None:
        raise ScoringRefused(
            "unknown",
            Text(zh=f"因子表没有 {quantity.code}", en=f"no factor for {quantity.code}"),
            where="quantities",
            expected=Text(zh=f"其中之一: {', '.join(known)}", en=f"one of {', '.join(known)}"),
        )
    if quantity.unit != factor.unit or not isfinite(quantity.amount) or quantity.amount < 0:
        raise ScoringRefused(
            "missing",
            Text(
                zh=f"{quantity.code}: {quantity.amount:g} {quantity.unit}",
                en=f"{quantity.code}: {quantity.amount:g} {quantity.unit}",
            ),
            where="quantities",
            expected=Text(zh=f"不小于 0 的数量, 单位 {factor.unit}", en=f"an amount of 0 or more in {factor.unit}"),
        )
    return CarbonLine(quantity=quantity, factor=factor, tco2e=quantity.amount * factor.tco2e)
