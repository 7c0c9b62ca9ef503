/** Dates and times as written in the house: Asia/Shanghai, ISO order, within the year without the year. */

const zone = "Asia/Shanghai";
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: zone,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

interface Moment {
  year: string;
  day: string;
  time: string;
}

function split(iso: string): Moment {
  const got = Object.fromEntries(parts.formatToParts(new Date(iso)).map((part) => [part.type, part.value]));
  return { year: got["year"] ?? "", day: `${got["month"]}-${got["day"]}`, time: `${got["hour"]}:${got["minute"]}` };
}

/** "2026-11-20 14:00", or "11-20 14:00" when `reference` lies in the same year. */
export function dateTime(iso: string, reference?: string): string {
  const moment = split(iso);
  const sameYear = reference !== undefined && split(reference).year === moment.year;
  return `${sameYear ? "" : `${moment.year}-`}${moment.day} ${moment.time}`;
}

/** Instant → calendar day in the district. */
export function dayOf(iso: string): string {
  const moment = split(iso);
  return `${moment.year}-${moment.day}`;
}

/** "2026-11-20" → "11-20" when `reference` lies in the same year. */
export function day(value: string, reference?: string): string {
  const whole = value.length > 10 ? dayOf(value) : value;
  return reference !== undefined && whole.slice(0, 4) === reference.slice(0, 4) ? whole.slice(5) : whole;
}

export function hourMinute(iso: string): string {
  return split(iso).time;
}
