/** What probabilities said against how often it came, by bins; on the dashed line they kept their word. In percent. Pure. */
import type { EChartsOption } from "echarts";
import type { CurveColours } from "./planCurve";

export interface Bin {
  low_bp: number;
  high_bp: number;
  n: number;
  said: number | null;
  came: number | null;
}

const SIZE_MIN = 8;
const SIZE_MAX = 26;

/** Diameter of a bin's mark by its share of the fullest one (area, not width). */
export function markSize(n: number, most: number): number {
  return SIZE_MIN + (SIZE_MAX - SIZE_MIN) * Math.sqrt(n / Math.max(1, most));
}

export function reliabilityOption(bins: readonly Bin[], look: { colours: CurveColours; said: string; came: string; right: string }): EChartsOption {
  const { colours } = look;
  const full = bins.filter((bin): bin is Bin & { said: number; came: number } => bin.n > 0 && bin.said !== null && bin.came !== null);
  const most = Math.max(0, ...full.map((bin) => bin.n));
  const axis = (name: string) => ({ type: "value" as const, min: 0, max: 100, interval: 20, name, axisLabel: { color: colours.caption, fontSize: 12, formatter: "{value}%" }, axisLine: { lineStyle: { color: colours.grid } }, splitLine: { lineStyle: { color: colours.grid } } });
  return {
    animation: false,
    grid: { left: 12, right: 24, top: 32, bottom: 32, containLabel: true },
    xAxis: { ...axis(look.said), nameLocation: "middle", nameGap: 28, nameTextStyle: { color: colours.caption, fontSize: 12 } },
    yAxis: { ...axis(look.came), nameTextStyle: { color: colours.caption, fontSize: 12, align: "left" } },
    series: [
      { type: "line", name: look.right, symbol: "none", silent: true, lineStyle: { color: colours.plan, width: 1.4, type: [5, 4] }, data: [[0, 0], [100, 100]] },
      {
        type: "line",
        name: look.came,
        lineStyle: { color: colours.measured, width: 1.6 },
        itemStyle: { color: colours.measured },
        symbol: "circle",
        symbolSize: (_: unknown, given: { dataIndex: number }) => markSize(full[given.dataIndex]?.n ?? 0, most),
        label: { show: true, position: "top", color: colours.ink, fontSize: 12, formatter: ({ dataIndex }) => `n=${full[dataIndex]?.n ?? 0}` },
        data: full.map((bin) => [bin.said * 100, bin.came * 100]),
      },
    ],
  };
}
