/** Which screens turn, and how long each stands: from the address. */

export type ScreenName = "map" | "money" | "evidence" | "quality" | "week";
export const SCREENS: readonly ScreenName[] = ["map", "money", "evidence", "quality", "week"];
const EVERY_S = 20;
const EVERY_S_MIN = 5;
const EVERY_S_MAX = 600;

/** "map,week" → those that exist, each once, in the order asked for; none = all. */
export function screensInAddress(value: unknown): ScreenName[] {
  const asked = typeof value === "string" ? value.split(",") : [];
  const found = [...new Set(asked)].filter((name): name is ScreenName => SCREENS.includes(name as ScreenName));
  return found.length > 0 ? found : [...SCREENS];
}

/** Seconds a screen stands, 5 to 600; 20 unless a number is given. */
export function everyInAddress(value: unknown): number {
  const asked = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : EVERY_S;
  return Math.min(EVERY_S_MAX, Math.max(EVERY_S_MIN, asked));
}

/** The screen `step` further, round and round. */
export function turned(at: number, step: number, n: number): number {
  return (((at + step) % n) + n) % n;
}
