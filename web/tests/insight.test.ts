import { describe, expect, it } from "vitest";
import { barsHeight, barsOption, shortened } from "@/charts/bars";
import { intervalsOption, leavesOut } from "@/charts/intervals";
import { monthsOption } from "@/charts/months";
import { markSize, reliabilityOption } from "@/charts/reliability";
import { scatterOption } from "@/charts/scatter";
import { stripOf } from "@/charts/strip";
import { chance, coefficient, plain, pValue, scaled, signed } from "@/format/amounts";
import { readable } from "@/format/address";
import { listed } from "@/features/insight/useFilter";

const colours = { ink: "i", plan: "p", measured: "m", caption: "c", grid: "g", band: 0.1 };
type Made = { series: { data: unknown[]; name?: string; type?: string; markLine?: { data: unknown[] } }[] };

describe("numbers of insight", () => {
  it.each([
    [1234567.8, "1,234,568"],
    [42.36, "42.4"],
    [-20, "−20"],
    [0.8264, "0.826"],
    [-0.0001, "0"],
    [0, "0"],
  ])("%d is written %s", (value, text) => expect(plain(value)).toBe(text));
  it.each([[1, "1.000"], [-0.5, "−0.500"]])("a correlation of %d is written %s", (value, text) => expect(coefficient(value)).toBe(text));
  it("a difference keeps its sign, zero has none", () => expect([2.9, 0, -2.9].map(signed)).toEqual(["+2.9", "0", "−2.9"]));
  it.each([
    [1234, 100, "12.34"],
    [-1_234_567, 100, "−12,345.67"],
    [7, 1, "7"],
    [null, 100, "—"],
  ])("%s of %d is written %s", (value, scale, text) => expect(scaled(value, scale)).toBe(text));
  it("a small p is not zero", () => expect([pValue(0.0004), pValue(0.0421)]).toEqual(["p < 0.001", "p = 0.042"]));
});

it.each([
  [9999, "> 99%"],
  [7214, "72.1%"],
  [9900, "99.0%"],
  [20, "< 1%"],
])("a probability of %i bp is told as %s", (bp, text) => expect(chance(bp)).toBe(text));

it("what is unknown has no bar and keeps its words", () => {
  const bars = [{ label: "甲", value: 3, text: "3" }, { label: "乙", value: null, text: "样本不足" }];
  const option = barsOption(bars, { colours, name: "n", narrow: false }) as unknown as { series: { data: { value: number; itemStyle: { opacity: number } }[]; label: { formatter(at: { dataIndex: number }): string } }[] };
  expect(option.series[0]?.data.map((bar) => bar.itemStyle.opacity)).toEqual([1, 0]);
  expect(option.series[0]?.label.formatter({ dataIndex: 1 })).toBe("样本不足");
  expect(barsHeight([])).toBe(120);
  expect(shortened("一二三四五", 4)).toBe("一二三…");
});

it("an interval without ends has no whiskers, and the line to compare with stands", () => {
  const rows = [{ label: "a", value: -20, low: -30, high: -10, text: "", clear: true }, { label: "b", value: null, low: null, high: null, text: "样本不足", clear: false }];
  const [whiskers, points] = (intervalsOption(rows, { colours, against: 0, againstLabel: "0", narrow: false }) as unknown as Made).series;
  expect(whiskers?.data).toEqual([[-30, -10, 0]]);
  expect((points?.data as { symbol: string }[]).map((one) => one.symbol)).toEqual(["circle", "none"]);
  expect(points?.markLine?.data).toEqual([{ xAxis: 0 }]);
  expect([leavesOut(-30, -10, 0), leavesOut(-1, 1, 0), leavesOut(0, 1, 0)]).toEqual([true, false, false]);
});

it("nothing is drawn through the points of a correlation", () => {
  const made = scatterOption([{ id: "p1", x: 1, y: 2 }], { colours, x: "x", y: "y", narrow: false }) as unknown as Made;
  expect(made.series.map((one) => one.type)).toEqual(["scatter"]);
});

it("an empty bin of a calibration is left out, the line of truth stays", () => {
  const bins = [{ low_bp: 0, high_bp: 2000, n: 4, said: 0.1, came: 0.25 }, { low_bp: 2000, high_bp: 4000, n: 0, said: null, came: null }];
  const made = reliabilityOption(bins, { colours, said: "s", came: "c", right: "r" }) as unknown as Made;
  expect(made.series.map((one) => one.data)).toEqual([[[0, 0], [100, 100]], [[10, 25]]]);
  expect(markSize(4, 4)).toBeGreaterThan(markSize(1, 4));
});

it("a month without a value breaks the line", () => {
  const made = monthsOption([{ name: "x", dashed: false, points: [{ month: "2026-01-01", value: 1 }, { month: "2026-02-01", value: null }] }], { colours, lang: "zh", unit: "", narrow: false, mark: { month: "2026-02-01", label: "since" } }) as unknown as Made;
  expect(made.series[0]?.data).toEqual([[Date.UTC(2026, 0, 1), 1], [Date.UTC(2026, 1, 1), null]]);
  expect(made.series[0]?.markLine?.data).toEqual([{ xAxis: Date.UTC(2026, 1, 1) }]);
});

it("the strip holds the own value beyond the others, and equal values stand in the middle", () => {
  const spread = { least: 10, q1: 12, median: 14, q3: 16, most: 20 };
  expect(stripOf(spread, 30)).toMatchObject({ least: 4, own: 96 });
  expect(stripOf(spread, null).own).toBeNull();
  expect(stripOf({ least: 5, q1: 5, median: 5, q3: 5, most: 5 }, 5)).toMatchObject({ least: 50, own: 50 });
});

it.each([
  [undefined, []],
  ["a", ["a"]],
  [["a", "b", "a", null], ["a", "b"]],
  ["", []],
])("%j in the address is %j", (value, names) => expect(listed(value)).toEqual(names));

it.each([
  ["/insight/board?street=%E9%9D%92%E5%9D%AA", "/insight/board?street=青坪"],
  ["/x?q=%E9%9D", "/x?q=%E9%9D"],
])("%s is printed as %s", (address, text) => expect(readable(address)).toBe(text));
