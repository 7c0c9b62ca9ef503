/** The months under the time line: as many as have room, none over another or over the end. */

const DAY_MS = 86_400_000;
const LABEL_PX = 56; // "2026-11" at 12 px

export interface MonthLabel {
  label: string;
  /** Share of the track in percent, where the label begins. */
  left: number;
}

/** `first`..`last` as YYYY-MM-DD over a track of `width_px`. The first day has a label, then each month that has room. */
export function monthLabels(first: string, last: string, width_px: number): MonthLabel[] {
  const whole = Math.max(1, Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS));
  const px = (n: number) => (width_px * n) / whole;
  const begins = [0, ...monthBegins(first, last)];
  const found: MonthLabel[] = [];
  const every = Math.max(1, Math.ceil((begins.length * LABEL_PX) / Math.max(width_px, LABEL_PX)));
  let free_px = 0;
  for (const [nth, n] of begins.entries()) {
    if (nth > 1 && (nth - 1) % every !== 0) continue;
    if (px(n) < free_px || (nth > 0 && px(n) + LABEL_PX > width_px)) continue;
    found.push({ label: dayAfter(first, n).slice(0, 7), left: (100 * n) / whole });
    free_px = px(n) + LABEL_PX;
  }
  return found;
}

/** Days after `first` on which a month begins. */
function monthBegins(first: string, last: string): number[] {
  const found: number[] = [];
  const start = Date.parse(first);
  const day = new Date(start);
  for (let next = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1); next <= Date.parse(last); ) {
    found.push(Math.round((next - start) / DAY_MS));
    const at = new Date(next);
    next = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
  }
  return found;
}

export function dayAfter(day: string, n: number): string {
  return new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10);
}
