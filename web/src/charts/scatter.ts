/** Two measures of projects as points; nothing is drawn through them, for nothing is claimed. Pure. */
import type { EChartsOption } from "echarts";
import { plain } from "@/format/amounts";
import type { CurveColours } from "./planCurve";

export interface Point {
  id: string;
  x: number;
  y: number;
}

export function scatterOption(points: readonly Point[], look: { colours: CurveColours; x: string; y: string; narrow: boolean }): EChartsOption {
  const { colours } = look;
  const axis = (name: string) => ({ type: "value" as const, scale: true, name, nameTextStyle: { color: colours.caption, fontSize: 12 }, axisLabel: { color: colours.caption, fontSize: 12, hideOverlap: true, formatter: plain }, axisLine: { lineStyle: { color: colours.grid } }, splitLine: { lineStyle: { color: colours.grid } }, splitNumber: look.narrow ? 3 : 6 });
  return {
    animation: false,
    grid: { left: 12, right: 24, top: 32, bottom: 32, containLabel: true },
    xAxis: { ...axis(look.x), nameLocation: "middle", nameGap: 28 },
    yAxis: { ...axis(look.y), nameTextStyle: { color: colours.caption, fontSize: 12, align: "left" } },
    tooltip: { trigger: "item", renderMode: "richText", formatter: (given: unknown) => points[(given as { dataIndex: number }).dataIndex]?.id ?? "" },
    series: [{ type: "scatter", symbolSize: 9, itemStyle: { color: colours.measured, opacity: 0.7 }, data: points.map(({ x, y }) => [x, y]) }],
  };
}
