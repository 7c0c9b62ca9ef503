/** How a gap grew towards its threshold: percentage points behind plan by day with the 90 % band. Pure. */
import type { EChartsOption } from "echarts";
import { plain } from "@/format/amounts";
import { gapPoints } from "@/format/figures";
import { lastOf } from "@/format/lists";
import type { CurvePoint } from "@/api/types";
import { monthTick, utcOf } from "./axis";
import type { CurveColours } from "./planCurve";

export interface GapThreshold {
  value_bp: number;
  label: string;
  colour: string;
}

const Z90 = 1.645;

/** Days with a measured value → [time, points behind]; a day without one breaks the line. */
export function gapSeries(points: readonly CurvePoint[]): [number, number | null][] {
  return points.map((point) => [utcOf(point.day), point.actual_bp === null ? null : (point.plan_bp - point.actual_bp) / 100]);
}

/** Room above the highest value, on a whole tick. */
function niceMax(top: number): number {
  const step = top > 20 ? 10 : 5;
  return Math.ceil((top * 1.15) / step) * step;
}

export function gapHistoryOption(
  points: readonly CurvePoint[],
  thresholds: readonly GapThreshold[],
  look: { colours: CurveColours; name: string; lang: "zh" | "en" },
): EChartsOption {
  const { colours } = look;
  const gaps = gapSeries(points);
  const half = points.map((point) => (point.sigma_bp === null ? null : (Z90 * point.sigma_bp) / 100));
  const low = gaps.map(([at, gap], n) => [at, gap === null ? null : gap - (half[n] ?? 0)]);
  const width = gaps.map(([at, gap], n) => [at, gap === null ? null : 2 * (half[n] ?? 0)]);
  const quiet = { type: "line" as const, symbol: "none", silent: true };
  const newest = lastOf(gaps, ([, gap]) => gap !== null);
  const top = Math.max(...thresholds.map((line) => line.value_bp / 100), ...gaps.map(([, gap]) => gap ?? 0), 5);
  return {
    useUTC: true,
    animation: false,
    grid: { left: 32, right: 16, top: 20, bottom: 22 },
    xAxis: {
      type: "time",
      splitNumber: 4,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.grid } },
      axisLabel: { color: colours.caption, hideOverlap: true, formatter: (value: number) => monthTick(value, look.lang, true) },
    },
    yAxis: {
      type: "value",
      max: niceMax(top),
      interval: top > 20 ? 10 : 5,
      axisLabel: { color: colours.caption, formatter: plain },
      splitLine: { show: false },
    },
    series: [
      { ...quiet, name: "low", stack: "band", stackStrategy: "all", lineStyle: { opacity: 0 }, data: low },
      {
        ...quiet,
        name: "band",
        stack: "band",
        stackStrategy: "all",
        lineStyle: { opacity: 0 },
        areaStyle: { color: colours.measured, opacity: colours.band },
        data: width,
      },
      {
        ...quiet,
        name: look.name,
        data: gaps,
        lineStyle: { color: colours.measured, width: 2.2 },
        markPoint: {
          symbol: "circle",
          symbolSize: 7,
          itemStyle: { color: colours.measured },
          label: { color: colours.ink, fontWeight: "bold", position: "top", formatter: newest ? gapPoints(Math.round((newest[1] ?? 0) * 100)) : "" },
          data: newest ? [{ name: "newest", coord: newest as [number, number] }] : [],
        },
        markLine: {
          symbol: "none",
          data: thresholds.map((line) => ({
            yAxis: line.value_bp / 100,
            lineStyle: { color: line.colour, type: "dashed" as const },
            label: { formatter: line.label, color: line.colour, position: "insideStartTop" as const },
          })),
        },
      },
    ],
  };
}
