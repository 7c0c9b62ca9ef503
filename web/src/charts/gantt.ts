/** Gantt as an ECharts option: the frozen first plan as a frame, the seen work as a bar, camera days as ticks. Pure. */
import type { CustomSeriesOption, EChartsOption } from "echarts";
import type { components } from "@/api/schema.gen";
import { monthTick, utcOf } from "./axis";

type S = components["schemas"];
export type Gantt = S["Gantt"];
type Item = S["GanttItem"];

export interface GanttColours {
  ink: string;
  plan: string;
  measured: string;
  caption: string;
  grid: string;
}

export interface GanttRow {
  label: string;
  item: Item | null;
  stillDays: readonly string[];
}

const DAY_MS = 86_400_000;
const ROW_PX = 30;

/** A row of each building (with its camera days), then of its items. */
export function ganttRows(gantt: Gantt, pick: (text: { zh: string; en: string }) => string): GanttRow[] {
  return gantt.buildings.flatMap((building) => [
    { label: pick(building.name), item: null, stillDays: building.still_days },
    ...building.items.map((item) => ({ label: `  ${pick(item.name)}`, item, stillDays: [] })),
  ]);
}

export const ganttHeight = (rows: readonly GanttRow[]) => 48 + rows.length * ROW_PX;

/** From the first sight of work to the end of the day on which it was done, or to the as-of time (on the axis) while it goes on;
 * nothing is drawn beyond that time. Null while nothing was seen. */
export function seenSpan(item: Item, asOf: number | null): { from: number; to: number } | null {
  if (item.begun === null) return null;
  const until = asOf ?? utcOf(item.begun) + DAY_MS;
  return { from: utcOf(item.begun), to: item.done === null ? until : Math.min(until, utcOf(item.done) + DAY_MS) };
}

type Data = [row: number, from: number, to: number];

function bars(name: string, data: Data[], style: object, inset: number, z: number): CustomSeriesOption {
  return {
    type: "custom", name, data, z, encode: { x: [1, 2], y: 0 }, clip: true,
    renderItem: (_, api) => {
      const [left, y] = api.coord([api.value(1), api.value(0)]) as [number, number];
      const [right] = api.coord([api.value(2), api.value(0)]) as [number, number];
      const band = (api.size?.([0, 1]) as number[] | undefined)?.[1] ?? ROW_PX;
      const height = Math.max(2, band * (1 - 2 * inset));
      return { type: "rect", shape: { x: left, y: y - height / 2, width: Math.max(2, right - left), height }, style };
    },
  };
}

export function ganttOption(gantt: Gantt, rows: readonly GanttRow[], words: { lang: "zh" | "en"; today: string; baseline: string; seen: string; stills: string }, asOf: number | null, colours: GanttColours): EChartsOption {
  const items = rows.map((row, nth) => ({ nth, item: row.item }));
  const baseline = items.flatMap(({ nth, item }): Data[] => (item?.baseline ? [[nth, utcOf(item.baseline.first), utcOf(item.baseline.last) + DAY_MS]] : []));
  const seen = items.flatMap(({ nth, item }): Data[] => {
    const span = item ? seenSpan(item, asOf) : null;
    return span ? [[nth, span.from, span.to]] : [];
  });
  const stills = rows.flatMap((row, nth) => row.stillDays.map((day): Data => [nth, utcOf(day), Math.min(utcOf(day) + DAY_MS, asOf ?? Infinity)]));
  return {
    animation: false,
    grid: { left: 132, right: 24, top: 28, bottom: 20 },
    xAxis: { type: "time", min: utcOf(gantt.start), max: utcOf(gantt.finish) + DAY_MS, position: "top", axisLabel: { color: colours.caption, formatter: (value: number) => monthTick(value, words.lang, false) }, splitLine: { show: true, lineStyle: { color: colours.grid } }, axisLine: { lineStyle: { color: colours.grid } }, minInterval: 28 * DAY_MS },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.label), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: colours.ink, width: 122, overflow: "truncate" } },
    series: [
      bars(words.baseline, baseline, { fill: "transparent", stroke: colours.plan, lineWidth: 1.5, lineDash: [4, 3] }, 0.14, 2),
      bars(words.seen, seen, { fill: colours.measured }, 0.3, 3),
      bars(words.stills, stills, { fill: colours.ink }, 0.36, 4),
      { type: "line", data: [], markLine: { silent: true, symbol: "none", lineStyle: { color: colours.ink, type: "solid", width: 1.5 }, label: { formatter: words.today, color: colours.ink }, data: asOf === null ? [] : [{ xAxis: asOf }] } },
    ],
  };
}
