/** Values by month as lines with their names at the end; a month without one breaks the line. Pure. */
import type { EChartsOption, SeriesOption } from "echarts";
import { monthTick, utcOf } from "./axis";
import type { CurveColours } from "./planCurve";

export interface MonthLine {
  name: string;
  points: readonly { month: string; value: number | null }[];
  /** Dashed = what was to be or would have been; solid = what was. */
  dashed: boolean;
}

interface Look {
  colours: CurveColours;
  lang: "zh" | "en";
  unit: string;
  narrow: boolean;
  /** A month that is marked with a line and words. */
  mark: { month: string; label: string } | null;
}

function lineOf(line: MonthLine, look: Look, first: boolean): SeriesOption {
  const colour = line.dashed ? look.colours.plan : look.colours.measured;
  return {
    type: "line",
    name: line.name,
    connectNulls: false,
    symbol: line.dashed ? "none" : "circle",
    symbolSize: 5,
    lineStyle: { color: colour, width: line.dashed ? 1.6 : 2.2, ...(line.dashed ? { type: [5, 4] } : {}) },
    itemStyle: { color: colour },
    endLabel: { show: !look.narrow, formatter: line.name, color: colour, fontSize: 12 },
    labelLayout: { moveOverlap: "shiftY" },
    data: line.points.map((point) => [utcOf(point.month), point.value]),
    ...(first && look.mark
      ? { markLine: { symbol: "none", silent: true, lineStyle: { color: look.colours.ink, width: 1, type: "solid" as const }, label: { formatter: look.mark.label, color: look.colours.ink, fontSize: 12, position: "end" as const }, data: [{ xAxis: utcOf(look.mark.month) }] } }
      : {}),
  };
}

export function monthsOption(lines: readonly MonthLine[], look: Look): EChartsOption {
  const { colours } = look;
  return {
    useUTC: true,
    animation: false,
    grid: { left: 12, right: look.narrow ? 16 : 96, top: 32, bottom: 24, containLabel: true },
    xAxis: { type: "time", minInterval: 28 * 86_400_000, splitNumber: look.narrow ? 3 : 8, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.grid } }, axisLabel: { color: colours.caption, fontSize: 12, hideOverlap: true, formatter: (value: number) => monthTick(value, look.lang, false) } },
    yAxis: { type: "value", scale: true, name: look.unit, nameTextStyle: { color: colours.caption, align: "left" }, axisLabel: { color: colours.caption, fontSize: 12 }, splitLine: { lineStyle: { color: colours.grid } } },
    tooltip: { trigger: "axis", renderMode: "richText" },
    series: lines.map((line, n) => lineOf(line, look, n === 0)),
  };
}
