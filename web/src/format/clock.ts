/** How long is left, or how long it is over, in the two largest units: "18 小时 42 分". Minutes are cut, never rounded. */

export interface Left {
  overdue: boolean;
  days: number;
  hours: number;
  minutes: number;
}

export function left(due_ms: number, now_ms: number): Left {
  const size = Math.floor(Math.abs(due_ms - now_ms) / 60_000);
  return { overdue: now_ms > due_ms, days: Math.floor(size / 1440), hours: Math.floor(size / 60) % 24, minutes: size % 60 };
}

export type Urgency = "calm" | "soon" | "overdue";
const SOON_MS = 4 * 3_600_000;

/** Soon = the last quarter of the time there was, or under four hours. */
export function urgency(due_ms: number, start_ms: number | null, now_ms: number): Urgency {
  if (now_ms > due_ms) return "overdue";
  const rest = due_ms - now_ms;
  return rest < SOON_MS || (start_ms !== null && rest < (due_ms - start_ms) / 4) ? "soon" : "calm";
}

/** Share of the time that is used up, 0–1; null where its start is not known. */
export function used(due_ms: number, start_ms: number | null, now_ms: number): number | null {
  if (start_ms === null || due_ms <= start_ms) return null;
  return Math.max(0, Math.min(1, (now_ms - start_ms) / (due_ms - start_ms)));
}
