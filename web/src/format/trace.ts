/** Machine values of a trace as a person reads them, the machine's own beside them so that they can be compared. */
import { days, percent } from "./figures";

/** "6787 bp" → "67.9% (6787 bp)"; anything else stays. */
export function traceValue(value: string): string {
  const found = /^(-?\d+) bp$/.exec(value);
  return found ? `${percent(Number(found[1]))} (${value})` : value;
}

export function traceFact(fact: { key: string; value: string }): string {
  if (!/^-?\d+$/.test(fact.value)) return fact.value;
  if (fact.key.endsWith("_bp")) return `${percent(Number(fact.value))} (${fact.value})`;
  if (fact.key.endsWith("_cdays")) return `${days(Number(fact.value))} (${fact.value})`;
  return fact.value;
}
