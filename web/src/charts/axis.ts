/** Calendar days on a time axis: a day is its UTC midnight, so that no time zone moves it. */

const DISTRICT_MS = 8 * 3_600_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2026-11-20" → milliseconds of its UTC midnight. */
export function utcOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** An instant on that axis: the district's wall time (UTC+8, never changed in summer) read as UTC. */
export function axisOf(instant: string): number {
  return Date.parse(instant) + DISTRICT_MS;
}

/** "11月" / "Nov"; January carries its year; on a short axis the day "11-20". */
export function monthTick(value: number, lang: "zh" | "en", short: boolean): string {
  const iso = new Date(value).toISOString();
  if (short) return iso.slice(5, 10);
  const month = Number(iso.slice(5, 7));
  if (month === 1) return iso.slice(0, 7);
  return lang === "zh" ? `${month}月` : (MONTHS[month - 1] ?? "");
}
