/** One line each: a point with its 95 % interval beside a line to compare with. Who has too few has words, no point. Pure. */
import type { CustomSeriesOption, EChartsOption } from "echarts";
import { plain } from "@/format/amounts";
import { shortened } from "./bars";
import type { CurveColours } from "./planCurve";

export interface Interval {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  /** How it is written beside the point, or why there is none. */
  text: string;
  /** The interval leaves the line out. */
  clear: boolean;
}

interface Look {
  colours: CurveColours;
  /** Where the line stands: 0 of a difference, the mean of returns; null = none. */
  against: number | null;
  againstLabel: string;
  narrow: boolean;
}

/** Whether an interval leaves a value out. */
export function leavesOut(low: number, high: number, value: number): boolean {
  return low > value || high < value;
}

function whiskers(rows: readonly Interval[], colours: CurveColours): CustomSeriesOption {
  return {
    type: "custom",
    silent: true,
    data: rows.flatMap((row, n) => (row.low === null || row.high === null ? [] : [[row.low, row.high, n]])),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_, api) => {
      const [x1 = 0, y = 0] = api.coord([api.value(0), api.value(2)]);
      const [x2 = 0] = api.coord([api.value(1), api.value(2)]);
      const line = (from: [number, number], to: [number, number]) => ({ type: "line" as const, shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: colours.plan, lineWidth: 1.6 } });
      return { type: "group", children: [line([x1, y], [x2, y]), line([x1, y - 5], [x1, y + 5]), line([x2, y - 5], [x2, y + 5])] };
    },
  };
}

export function intervalsOption(rows: readonly Interval[], look: Look): EChartsOption {
  const { colours } = look;
  const anchor = look.against ?? 0;
  return {
    animation: false,
    grid: { left: 8, right: look.narrow ? 24 : 48, top: 28, bottom: 24, containLabel: true },
    xAxis: { type: "value", scale: true, axisLabel: { color: colours.caption, fontSize: 12, hideOverlap: true, formatter: plain }, splitLine: { lineStyle: { color: colours.grid } }, splitNumber: look.narrow ? 3 : 6 },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.label), axisTick: { show: false }, axisLine: { lineStyle: { color: colours.grid } }, axisLabel: { color: colours.ink, fontSize: 12, interval: 0, formatter: (label: string) => shortened(label, look.narrow ? 7 : 18) } },
    series: [
      whiskers(rows, colours),
      {
        type: "scatter",
        symbolSize: 9,
        data: rows.map((row, n) => ({ value: [row.value ?? anchor, n], symbol: row.value === null ? "none" : "circle", itemStyle: { color: row.clear ? colours.measured : colours.caption } })),
        label: { show: true, position: "top", distance: 4, color: colours.ink, fontSize: 12, formatter: ({ dataIndex }) => rows[dataIndex]?.text ?? "" },
        markLine: {
          symbol: "none",
          silent: true,
          lineStyle: { color: colours.ink, width: 1, type: "dashed" },
          label: { formatter: look.againstLabel, color: colours.ink, fontSize: 12, position: "start" },
          data: look.against === null ? [] : [{ xAxis: look.against }],
        },
      },
    ],
  };
}
