/** Signs: six that count a project, two more for rows; their order of severity and how a list is sorted by it. */

export type Level = "red" | "yellow" | "blue";
export type Sign = Level | "insufficient" | "paused" | "normal";
export type AnySign = Sign | "closed" | "offline";

export const SIGNS: readonly Sign[] = ["red", "yellow", "blue", "insufficient", "paused", "normal"];
export const LEVELS: readonly Level[] = ["red", "yellow", "blue"];

export function isLevel(sign: string | null | undefined): sign is Level {
  return sign === "red" || sign === "yellow" || sign === "blue";
}

export function severity(sign: string): number {
  const at = SIGNS.indexOf(sign as Sign);
  return at === -1 ? SIGNS.length : at;
}

interface Ranked {
  sign: string;
  lag_cdays: number | null;
  id: string;
}

/** Heaviest sign first, then the longest lag (unknown last), then the id so that the order is stable. */
export function bySeverityThenLag(a: Ranked, b: Ranked): number {
  const unknown = Number.NEGATIVE_INFINITY;
  return (
    severity(a.sign) - severity(b.sign) ||
    (b.lag_cdays ?? unknown) - (a.lag_cdays ?? unknown) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** "red,yellow" from the address → levels that exist; empty means all. */
export function signsInAddress(value: unknown): Sign[] {
  if (typeof value !== "string") return [];
  const asked = value.split(",");
  return SIGNS.filter((sign) => asked.includes(sign));
}
