/** Times are those of Asia/Shanghai wherever the test runs. */
import { expect, it } from "vitest";
import { dateTime, day, dayOf, hourMinute } from "@/format/moments";
import { monthTick, utcOf } from "@/charts/axis";

it.each([
  ["2026-11-20T06:00:00Z", undefined, "2026-11-20 14:00"],
  ["2026-11-20T06:00:00Z", "2026-01-01T00:00:00Z", "11-20 14:00"],
  ["2025-12-31T16:30:00Z", "2026-03-01T00:00:00Z", "01-01 00:30"],
  ["2025-12-31T15:30:00Z", "2026-03-01T00:00:00Z", "2025-12-31 23:30"],
])("%s beside %s is %s", (iso, reference, text) => expect(dateTime(iso, reference)).toBe(text));

it("a day is the district's day", () => {
  expect(dayOf("2026-11-20T16:00:00Z")).toBe("2026-11-21");
  expect(day("2026-11-20", "2026-01-01")).toBe("11-20");
  expect(day("2027-06-30", "2026-01-01")).toBe("2027-06-30");
  expect(hourMinute("2026-11-20T06:05:00Z")).toBe("14:05");
});

it("ticks name months, January its year, short axes the day", () => {
  expect(monthTick(utcOf("2026-11-01"), "zh", false)).toBe("11月");
  expect(monthTick(utcOf("2026-11-01"), "en", false)).toBe("Nov");
  expect(monthTick(utcOf("2027-01-01"), "zh", false)).toBe("2027-01");
  expect(monthTick(utcOf("2026-11-20"), "en", true)).toBe("11-20");
});
