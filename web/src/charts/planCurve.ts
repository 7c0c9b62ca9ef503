/** Planned against measured completion as an ECharts option. Pure: points, words and colours in, option out. Values in percent of bp. */
import type { EChartsOption, SeriesOption } from "echarts";
import { halfInterval, percent, points as pp } from "@/format/figures";
import { lastOf } from "@/format/lists";
import type { CurvePoint } from "@/api/types";
import { monthTick, utcOf } from "./axis";

export interface CurveColours {
  ink: string;
  plan: string;
  measured: string;
  caption: string;
  grid: string;
  band: number;
}

export interface CurveWords {
  plan: string;
  measured: string;
  today: string;
  planEnd: string;
  lang: "zh" | "en";
}

export interface CurveInput {
  points: readonly CurvePoint[];
  asOfDay: string | null;
  /** The whole time of the works (0–100 %), or a part of it on a scale of its own. */
  whole: boolean;
  /** Phones: fewer ticks, smaller labels. */
  narrow: boolean;
}

const Z90 = 1.645;
const CROWDED_BP = 8600;
type Pair = [number, number | null];

/** Newest point with a measured value, or null. */
export function newestMeasured(points: readonly CurvePoint[]): CurvePoint | null {
  return lastOf(points, (point) => point.actual_bp !== null) ?? null;
}

/** The last `days` days up to the newest measurement (or the end when nothing was measured). */
export function lastDays(points: readonly CurvePoint[], days: number): CurvePoint[] {
  const newest = newestMeasured(points);
  const end = newest ? points.indexOf(newest) + 1 : points.length;
  return points.slice(Math.max(0, end - days - 1), end);
}

function band(points: readonly CurvePoint[], edge: "low" | "width"): Pair[] {
  return points.map((point) => {
    if (point.actual_bp === null || point.sigma_bp === null) return [utcOf(point.day), null];
    const low = Math.max(0, point.actual_bp - Z90 * point.sigma_bp);
    const high = Math.min(10_000, point.actual_bp + Z90 * point.sigma_bp);
    return [utcOf(point.day), (edge === "low" ? low : high - low) / 100];
  });
}

function bandSeries(points: readonly CurvePoint[], colours: CurveColours): SeriesOption[] {
  const common = { type: "line" as const, stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, z: 1 };
  return [
    { ...common, name: "band-low", data: band(points, "low") },
    { ...common, name: "band", data: band(points, "width"), areaStyle: { color: colours.measured, opacity: colours.band } },
  ];
}

function planSeries(input: CurveInput, words: CurveWords, colours: CurveColours): SeriesOption {
  const last = input.points.at(-1);
  const end = last && last.plan_bp === 10_000 ? input.points.find((point) => point.plan_bp === 10_000) : undefined;
  return {
    type: "line",
    name: words.plan,
    symbol: "none",
    z: 2,
    data: input.points.map((point): Pair => [utcOf(point.day), point.plan_bp / 100]),
    lineStyle: { color: colours.plan, width: 1.6, type: [5, 4] },
    itemStyle: { color: colours.plan },
    markPoint: {
      symbol: "circle",
      symbolSize: 1,
      silent: true,
      label: { color: colours.plan, fontSize: 12, position: [-8, -20], align: "right", formatter: input.narrow ? "" : words.planEnd },
      data: end ? [{ name: "planEnd", coord: [utcOf(end.day), 100] }] : [],
    },
  };
}

function measuredSeries(input: CurveInput, words: CurveWords, colours: CurveColours): SeriesOption {
  const newest = newestMeasured(input.points);
  const behind = newest !== null && (newest.actual_bp ?? 0) <= newest.plan_bp;
  const crowded = (newest?.plan_bp ?? 0) > CROWDED_BP; // the label of the day stands just above 100 %
  const label = (text: string, color: string, below: boolean, bold: boolean) => ({
    color,
    fontSize: 12,
    fontWeight: bold ? ("bold" as const) : ("normal" as const),
    formatter: text,
    align: below ? ("left" as const) : ("right" as const),
    position: below ? [10, 8] : [-8, crowded ? -8 : -18],
  });
  const marks =
    newest && newest.actual_bp !== null
      ? [
          {
            coord: [utcOf(newest.day), newest.actual_bp / 100],
            itemStyle: { color: colours.measured },
            label: label(input.narrow ? `${words.measured} ${pp(newest.actual_bp)}` : measuredText(newest, words), colours.measured, behind, true),
          },
          {
            coord: [utcOf(newest.day), newest.plan_bp / 100],
            itemStyle: { color: colours.plan },
            symbolSize: 5,
            label: label(`${words.plan} ${pp(newest.plan_bp)}`, colours.plan, !behind, false),
          },
        ]
      : [];
  return {
    type: "line",
    name: words.measured,
    symbol: "none",
    z: 3,
    connectNulls: false,
    data: input.points.map((point): Pair => [utcOf(point.day), point.actual_bp === null ? null : point.actual_bp / 100]),
    lineStyle: { color: colours.measured, width: 2.4 },
    itemStyle: { color: colours.measured },
    markPoint: { symbol: "circle", symbolSize: 8, silent: true, data: marks as never },
    markLine: todayLine(input.asOfDay, words, colours),
  };
}

function measuredText(point: CurvePoint, words: CurveWords): string {
  const half = point.sigma_bp === null ? "" : ` ± ${halfInterval(point.sigma_bp)}`;
  return `${words.measured} ${pp(point.actual_bp ?? 0)}${half}`;
}

function todayLine(asOfDay: string | null, words: CurveWords, colours: CurveColours) {
  return {
    symbol: "none",
    silent: true,
    lineStyle: { color: colours.ink, width: 1, type: "solid" as const },
    label: { formatter: words.today, color: colours.ink, fontSize: 12, position: "end" as const },
    data: asOfDay ? [{ xAxis: utcOf(asOfDay) }] : [],
  };
}

export function planCurveOption(input: CurveInput, words: CurveWords, colours: CurveColours): EChartsOption {
  const short = input.points.length <= 62;
  return {
    useUTC: true,
    animation: false,
    grid: { left: 40, right: input.narrow ? 12 : 24, top: 32, bottom: 24 },
    xAxis: {
      type: "time",
      ...(short ? {} : { minInterval: 28 * 86_400_000 }),
      splitNumber: input.narrow ? 3 : 8,
      axisLine: { lineStyle: { color: colours.grid } },
      axisTick: { show: false },
      axisLabel: {
        color: colours.caption,
        fontSize: 12,
        hideOverlap: true,
        formatter: (value: number) => monthTick(value, words.lang, short),
      },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      ...(input.whole ? { min: 0, max: 100, interval: 20 } : { scale: true }),
      axisLabel: { color: colours.caption, fontSize: 12, formatter: "{value}%" },
      splitLine: { lineStyle: { color: colours.grid } },
    },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      formatter: (given: unknown) => tooltipText(given, input.points, words),
    },
    series: [...bandSeries(input.points, colours), planSeries(input, words, colours), measuredSeries(input, words, colours)],
  };
}

/** Three short lines for one day: date, plan, measured with its interval. */
export function tooltipText(given: unknown, points: readonly CurvePoint[], words: CurveWords): string {
  const first = Array.isArray(given) ? (given[0] as { dataIndex?: number } | undefined) : undefined;
  const point = points[first?.dataIndex ?? -1];
  if (!point) return "";
  const measured = point.actual_bp === null ? `${words.measured} —` : measuredText(point, words);
  return [point.day, `${words.plan} ${percent(point.plan_bp)}`, measured].join("\n");
}
