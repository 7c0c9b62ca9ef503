/** The curve's option, without a browser: gaps stay gaps, the band is 1.645 sigma, labels do not collide. */
import { describe, expect, it } from "vitest";
import { gapHistoryOption, gapSeries } from "@/charts/gapHistory";
import { lastDays, newestMeasured, planCurveOption, tooltipText, type CurveInput } from "@/charts/planCurve";
import { aPoint } from "./builders";

const colours = { ink: "#1b2422", plan: "#46524f", measured: "#12615a", caption: "#626d6a", grid: "#dee2dc", band: 0.16 };
const words = { plan: "计划", measured: "实测", today: "截至 11-20", planEnd: "计划 06-30", lang: "zh" as const };
const unseen = { actual_bp: null, sigma_bp: null, coverage_bp: null };
const points = [
  aPoint({ day: "2026-11-18", plan_bp: 4800, actual_bp: 4700 }),
  aPoint({ day: "2026-11-19", plan_bp: 4900, ...unseen }),
  aPoint({ day: "2026-11-20", plan_bp: 5000, actual_bp: 4800 }),
  aPoint({ day: "2026-11-21", plan_bp: 10_000, ...unseen }),
];
interface Line {
  name: string;
  data: [number, number | null][];
  connectNulls?: boolean;
  lineStyle: { type?: unknown };
  markPoint?: { data: { label?: { formatter: string; position: number[] } }[]; label?: { formatter: string } };
  markLine?: { data: unknown[] };
}
function lines(input: Partial<CurveInput> = {}): Line[] {
  return planCurveOption({ points, asOfDay: "2026-11-20", whole: true, narrow: false, ...input }, words, colours).series as unknown as Line[];
}
const named = (name: string, input: Partial<CurveInput> = {}) => lines(input).find((line) => line.name === name) as Line;

describe("plan curve", () => {
  it("draws the plan dashed and whole, the measured line with its gap", () => {
    expect(named("计划").data.map(([, value]) => value)).toEqual([48, 49, 50, 100]);
    expect(named("计划").lineStyle.type).toEqual([5, 4]);
    expect(named("实测").data.map(([, value]) => value)).toEqual([47, null, 48, null]);
    expect(named("实测").connectNulls).toBe(false);
  });
  it("bands by 1.645 sigma, and not where nothing was seen", () => {
    expect(named("band-low").data[0]?.[1]).toBeCloseTo(47 - 3.29);
    expect(named("band").data[0]?.[1]).toBeCloseTo(6.58);
    expect(named("band").data[1]?.[1]).toBeNull();
  });
  it("labels the newest day: measured below when behind, above when ahead", () => {
    const [measured, plan] = named("实测").markPoint?.data ?? [];
    expect(measured?.label?.formatter).toBe("实测 48.0 ± 3.3");
    expect(plan?.label?.formatter).toBe("计划 50.0");
    expect(measured?.label?.position[1]).toBeGreaterThan(0);
    const ahead = [aPoint({ plan_bp: 4000, actual_bp: 4800 })];
    expect(named("实测", { points: ahead }).markPoint?.data[0]?.label?.position[1]).toBeLessThan(0);
  });
  it("says nothing that was not measured", () => {
    const nothing = points.map((point) => ({ ...point, ...unseen }));
    expect(named("实测", { points: nothing }).markPoint?.data).toEqual([]);
    expect(named("实测", { asOfDay: null }).markLine?.data).toEqual([]);
    expect(newestMeasured(nothing)).toBeNull();
    expect(newestMeasured([])).toBeNull();
  });
  it("cuts the last days up to the newest measurement", () => {
    expect(lastDays(points, 1).map((point) => point.day)).toEqual(["2026-11-19", "2026-11-20"]);
    expect(lastDays(points, 30)).toHaveLength(3);
  });
  it("drops the plan's end label on a phone", () => {
    expect(named("计划").markPoint?.label?.formatter).toBe("计划 06-30");
    expect(named("计划", { narrow: true }).markPoint?.label?.formatter).toBe("");
  });
  it("tells a day in three lines", () => {
    expect(tooltipText([{ dataIndex: 0 }], points, words)).toBe("2026-11-18\n计划 48.0%\n实测 47.0 ± 3.3");
    expect(tooltipText([{ dataIndex: 1 }], points, words)).toContain("实测 —");
    expect(tooltipText([{ dataIndex: 99 }], points, words)).toBe("");
  });
});

it("the gap history is plan minus measured, broken where nothing was seen", () => {
  expect(gapSeries(points).map(([, gap]) => gap)).toEqual([1, null, 2, null]);
  const option = gapHistoryOption(points, [{ value_bp: 1500, label: "黄 15", colour: "#7a5200" }], { colours, name: "差距", lang: "zh" });
  expect((option.yAxis as { max: number }).max).toBe(20);
});
