/** Lying bars, one a line, with their value in words at the end; what is counted stands under the axis. Nothing known is no bar,
 * never zero. Pure. */
import type { EChartsOption } from "echarts";
import { plain } from "@/format/amounts";
import type { CurveColours } from "./planCurve";

export interface Bar {
  label: string;
  value: number | null;
  /** How the value is written: "55.2%", "样本不足". */
  text: string;
}

const ROW_PX = 28;
const LABEL_LETTERS = 18;

export function barsHeight(bars: readonly Bar[]): number {
  return Math.max(120, bars.length * ROW_PX + 60);
}

/** "很长的名称…" so that a name never pushes the bars out; the table has the whole of it. */
export function shortened(text: string, letters = LABEL_LETTERS): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}

export function barsOption(bars: readonly Bar[], look: { colours: CurveColours; name: string; narrow: boolean }): EChartsOption {
  const { colours } = look;
  const letters = look.narrow ? 8 : LABEL_LETTERS;
  return {
    animation: false,
    grid: { left: 8, right: look.narrow ? 56 : 96, top: 8, bottom: 44, containLabel: true },
    xAxis: { type: "value", name: look.name, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: colours.caption, fontSize: 12 }, axisLabel: { color: colours.caption, fontSize: 12, hideOverlap: true, formatter: plain }, splitLine: { lineStyle: { color: colours.grid } }, splitNumber: look.narrow ? 2 : 5 },
    yAxis: {
      type: "category",
      inverse: true,
      data: bars.map((bar) => bar.label),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.grid } },
      axisLabel: { color: colours.ink, fontSize: 12, interval: 0, formatter: (label: string) => shortened(label, letters) },
    },
    series: [
      {
        type: "bar",
        name: look.name,
        barMaxWidth: 16,
        itemStyle: { color: colours.measured },
        data: bars.map((bar) => ({ value: bar.value ?? 0, itemStyle: { opacity: bar.value === null ? 0 : 1 } })),
        label: {
          show: true,
          position: "right",
          color: colours.ink,
          fontSize: 12,
          formatter: ({ dataIndex }) => bars[dataIndex]?.text ?? "",
        },
      },
    ],
  };
}
