/** The wall's turning and columns; what the map draws of a thing: its height, its frame, its colour. */
import { describe, expect, it } from "vitest";
import { free, hull, layOut } from "@/charts/columns";
import { dayAfter, monthLabels } from "@/features/map/months";
import { colourOf, mix } from "@/features/map/paint";
import { boundsOf, frames, heightOf, solids } from "@/features/map/shapes";
import { thingsOf, type MapState, type Thing } from "@/features/map/useMap";
import { everyInAddress, screensInAddress, SCREENS, turned } from "@/features/wall/rotation";

const RING = [[0, 0], [0.0004, 0], [0.0004, 0.0004], [0, 0.0004], [0, 0]];

function aState(changed: Partial<MapState["projects"][number]["buildings"][number]> = {}): MapState {
  const building = { id: "b1", name: { zh: "1号楼", en: "Building 1" }, storeys: 10, full_height_m: 30, sign: "normal" as const, plan_bp: 8000, actual_bp: 5000, sigma_bp: 100, stage: "structure", ring: RING, ...changed };
  const project = { id: "p", name: { zh: "项目", en: "Project" }, street: { zh: "街", en: "street" }, unit: { zh: "局", en: "bureau" }, work_type: "new_build", sign: "normal" as const, plan_bp: 8000, actual_bp: 5000, lag_cdays: 0, paid_bp: 4000, storeys: 10, lon: 0, lat: 0, schematic: true, fenced: false, outline: [RING], buildings: [building] };
  return { name: { zh: "区", en: "D" }, day: "2026-06-06", first: "2026-05-01", last: "2026-06-06", live: true, as_of: "2026-06-06T00:00:00Z", detail: "buildings", total_buildings: 1, projects: [project], marks: [] };
}
const aThing = (changed: Parameters<typeof aState>[0] = {}): Thing => thingsOf(aState(changed))[0] as Thing;
const plain = { of: () => "#000000", joint: () => "#ffffff" };

describe("turning", () => {
  it.each([
    [undefined, SCREENS],
    ["week,map,week", ["week", "map"]],
    ["nothing", SCREENS],
  ])("%s are the screens %s", (said, found) => expect(screensInAddress(said)).toEqual(found));
  it.each([
    [undefined, 20],
    ["30", 30],
    ["1", 5],
    ["9999", 600],
    ["soon", 20],
  ])("every=%s is %i s", (said, found) => expect(everyInAddress(said)).toBe(found));
  it("goes round both ways", () => expect([turned(4, 1, 5), turned(0, -1, 5)]).toEqual([0, 4]));
});

describe("columns", () => {
  const size = { width: 700, height: 600, margin: 70, head: 180 };
  const spots = [0, 1, 2].map((n) => ({ id: `p${n}`, street: "s", sign: "normal" as const, plan_bp: 6000, actual_bp: n === 2 ? null : 5000, lon: n, lat: n, schematic: false }));
  it("stand within the picture, those behind first", () => {
    const { columns } = layOut(spots, size);
    for (const { x, y } of columns) expect(x >= 70 && x <= 630 && y >= 180 && y <= 530).toBe(true);
    expect(columns.map(({ spot }) => spot.id)).toEqual(["p2", "p1", "p0"]);
  });
  it("are as tall as the work is, and the plan stands above", () => {
    const found = layOut(spots, size).columns.find(({ spot }) => spot.id === "p0");
    expect((found?.plan_px ?? 0) > (found?.actual_px ?? 0)).toBe(true);
  });
  it("of one place and of none are drawn too", () => {
    expect(layOut([], size)).toEqual({ columns: [], streets: [] });
    expect(layOut(spots.slice(0, 1), size).columns[0]?.x).toBe(350);
  });
  it("have an outline around all", () => expect(hull([{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 2, y: 1 }, { x: 4, y: 4 }, { x: 0, y: 4 }])).toHaveLength(4));
  it("have labels that cover no other", () => {
    const box = (x: number) => ({ x, y: 0, wide: 10, tall: 10 });
    expect(free([box(0), box(5), box(11)])).toEqual([box(0), box(11)]);
  });
});

describe("things", () => {
  it("are as tall as they are built, flat where nobody knows", () => {
    expect(heightOf(aThing())).toBe(15);
    expect(heightOf(aThing({ actual_bp: null }))).toBe(1.2);
  });
  it("rise storey upon storey to what is measured", () => {
    const { features } = solids([aThing()], plain);
    expect(features).toHaveLength(1 + 5);
    expect(Math.max(...features.map((one) => Number(one.properties?.["height_m"])))).toBe(15);
    expect(solids([aThing({ actual_bp: null })], plain).features[0]?.properties?.["unknown"]).toBe(true);
  });
  it("have a dashed frame only where the plan stands above them", () => {
    const tops = frames([aThing()]).features.map((one) => Number(one.properties?.["height_m"]));
    expect(Math.max(...tops)).toBe(24);
    expect(frames([aThing({ actual_bp: 8000 })]).features).toEqual([]);
    expect(frames([aThing({ plan_bp: null })]).features).toEqual([]);
  });
  it("are whole sites where an answer is by projects", () => {
    const things = thingsOf({ ...aState(), detail: "projects" });
    expect(things.map(({ id, building }) => [id, building])).toEqual([["p", null]]);
    expect(boundsOf(things)).toEqual([[0, 0], [0.0004, 0.0004]]);
  });
});

describe("colours", () => {
  const token = (name: string) => `#${[...name].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0xffffff, 7).toString(16).padStart(6, "0")}`;
  it("warn where there is a warning, by layer", () => {
    expect(colourOf(aThing({ sign: "red" }), "status", token)).toBe(token("redf"));
    expect(colourOf(aThing(), "stage", token)).toBe(token("st-new_build-2"));
  });
  it("are grey where nothing is known, which is not the colour of normal", () => {
    const grey = colourOf(aThing({ actual_bp: null, sign: "normal" }), "status", token);
    expect(grey).toBe(colourOf(aThing({ stage: null }), "stage", token));
    expect(grey).not.toBe(colourOf(aThing(), "status", token));
  });
  it("mix, also as the build shortens them", () => expect([mix("#fff", "#000000", 0.5), mix("#ffffff", "#000", 1)]).toEqual(["#808080", "#ffffff"]));
});

describe("months under the time line", () => {
  const gapsOf = (first: string, last: string, width_px: number) => {
    const at = monthLabels(first, last, width_px).map((one) => (one.left * width_px) / 100);
    return at.slice(1).map((left, nth) => left - (at[nth] ?? 0));
  };
  it("never stand over one another, however narrow and however long", () => {
    for (const width_px of [180, 320, 900])
      for (const last of ["2026-10-20", "2026-12-31", "2029-01-15"]) expect(Math.min(999, ...gapsOf("2026-09-20", last, width_px))).toBeGreaterThanOrEqual(56);
  });
  it("begin with the first day and name the months that have room", () => {
    expect(monthLabels("2026-09-01", "2026-12-31", 1000).map((one) => one.label)).toEqual(["2026-09", "2026-10", "2026-11", "2026-12"]);
    expect(monthLabels("2026-09-29", "2026-10-30", 300).map((one) => one.label)).toEqual(["2026-09"]);
  });
  it("do not stand over the end", () => expect(monthLabels("2026-09-01", "2026-10-02", 400).map((one) => one.label)).toEqual(["2026-09"]));
  it("count days over a change of month", () => expect(dayAfter("2026-10-31", 1)).toBe("2026-11-01"));
});
