import { describe, expect, it } from "vitest";
import { ganttHeight, ganttOption, ganttRows, seenSpan, type Gantt } from "@/charts/gantt";

const DAY = 86_400_000;
const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const NOON = at("2026-05-15") + DAY / 2;
const colours = { ink: "i", plan: "p", measured: "m", caption: "c", grid: "g" };
const words = { lang: "zh" as const, today: "today", baseline: "baseline", seen: "seen", stills: "stills" };

function anItem(over: Partial<Gantt["buildings"][number]["items"][number]> = {}) {
  return { id: "i", name: { zh: "结构", en: "Structure" }, baseline: { first: "2026-05-01", last: "2026-05-10" }, planned: { first: "2026-05-01", last: "2026-05-20" }, actual_bp: 5000, begun: "2026-05-03", done: null, ...over };
}

function aGantt(...items: ReturnType<typeof anItem>[]): Gantt {
  return { project: "p", version: 2, start: "2026-05-01", finish: "2026-06-30", as_of: "2026-05-15T06:00:00Z", buildings: [{ id: "b", name: { zh: "1号楼", en: "B1" }, items, still_days: ["2026-05-04", "2026-05-09"] }] };
}

describe("gantt", () => {
  it.each([
    [anItem(), [at("2026-05-03"), NOON]],
    [anItem({ done: "2026-05-12" }), [at("2026-05-03"), at("2026-05-12") + DAY]],
    [anItem({ done: "2026-05-15" }), [at("2026-05-03"), NOON]],
    [anItem({ begun: null }), null],
  ])("work is drawn from its first sight to its end, never beyond the as-of time (%#)", (item, span) => {
    const found = seenSpan(item, NOON);
    expect(found && [found.from, found.to]).toEqual(span);
  });

  it("keeps the first plan when the plan in force moved, and leaves out what nobody planned or saw", () => {
    const gantt = aGantt(anItem(), anItem({ id: "j", baseline: null, begun: null }));
    const rows = ganttRows(gantt, (text) => text.zh);
    expect(rows.map((row) => row.label)).toEqual(["1号楼", "  结构", "  结构"]);
    expect(ganttHeight(rows)).toBe(48 + 3 * 30);
    const series = ganttOption(gantt, rows, words, NOON, colours).series as { name?: string; data: unknown[] }[];
    const of = (name: string) => series.find((one) => one.name === name)?.data;
    expect(of("baseline")).toEqual([[1, at("2026-05-01"), at("2026-05-10") + DAY]]);
    expect(of("seen")).toEqual([[1, at("2026-05-03"), NOON]]);
    expect(of("stills")).toEqual([[0, at("2026-05-04"), at("2026-05-04") + DAY], [0, at("2026-05-09"), at("2026-05-09") + DAY]]);
  });
});
