/** Cells of the heat map: unknown, occluded and void are three things; colours follow names; glyphs can be read. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cellAt, heatLayout, labelWidth, moved } from "@/format/heat";
import { colourIndex, contrast, glyphOf, inkOn, luminance, workTypeOf, type WorkType } from "@/format/stages";
import zh from "@/i18n/zh";
import { aFace } from "./builders";

describe("cells", () => {
  it("reads stage, cover and confidence of its row and column", () => {
    const face = aFace({ stage: [[5, 2], [2, 0], [0, 0]], cover: [["net", ""], ["", "none"], ["", ""]] });
    expect(cellAt(face, 0, 0)).toMatchObject({ index: 5, cover: true, unknown: false, confidence_bp: 9000 });
    expect(cellAt(face, 1, 1)).toMatchObject({ index: 0, cover: false });
  });
  it("never shows what was not seen as void", () => {
    const face = aFace({ stage: [[-1, 2], [2, 2], [2, 2]] });
    expect(cellAt(face, 0, 0)).toMatchObject({ unknown: true, index: -1 });
    expect(cellAt(face, 9, 9).unknown).toBe(true);
  });
  it("keeps the last known stage under an occlusion", () => {
    const face = aFace({ occluded: [[1, 0], [0, 0], [0, 0]] });
    expect(cellAt(face, 0, 0)).toMatchObject({ occluded: true, index: 2, unknown: false });
  });
});

describe("keys", () => {
  it.each([
    ["ArrowUp", { row: 1, col: 0 }],
    ["ArrowDown", { row: 0, col: 0 }],
    ["ArrowRight", { row: 0, col: 1 }],
    ["ArrowLeft", { row: 0, col: 0 }],
    ["x", null],
  ])("%s from the corner", (key, to) => expect(moved(key, { row: 0, col: 0 }, { rows: 3, cols: 2 })).toEqual(to));
});

it("many bays make cells smaller, not the picture wider than a phone", () => {
  expect(heatLayout(12, 8, 60).cell_px).toBe(34);
  expect(heatLayout(5, 4, 60)).toMatchObject({ cell_px: 46, tall_px: 32 });
  expect(heatLayout(12, 24, 60).width).toBeLessThan(440);
  expect(heatLayout(40, 60, 60).cell_px).toBe(8);
  expect(labelWidth("计划:封顶")).toBeGreaterThan(labelWidth("plan"));
});

describe("stages", () => {
  it.each([
    [["void", "formwork"], "new_build"],
    [["old", "stripped"], "renovation"],
    [["existing", "excavated"], "road"],
    [[], "new_build"],
  ] as [string[], WorkType][])("%j is %s", (stages, type) => expect(workTypeOf(stages)).toBe(type));
  it("an unknown name keeps its place and shows its first letter", () => {
    expect(colourIndex("new_build", "cladding", 3)).toBe(3);
    expect(glyphOf("new_build", "cladding", "zh")).toBe("c");
  });
  it.each(["new_build", "renovation", "road"] as WorkType[])("of %s have glyphs of the page's language, each its own", (type) => {
    const keys = Object.keys(zh.stage[type]);
    const drawn = keys.filter((key) => colourIndex(type, key, 0) > 0);
    for (const lang of ["zh", "en"] as const) expect(new Set(drawn.map((key) => glyphOf(type, key, lang))).size).toBe(keys.length - 1);
    for (const key of drawn) expect([glyphOf(type, key, "zh"), glyphOf(type, key, "en")]).toEqual([expect.stringMatching(/^[\u4e00-\u9fff]$/), expect.stringMatching(/^[A-Z][a-z]$/)]);
  });
});

describe("ink", () => {
  const css = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");
  const grounds = [...css.matchAll(/--st-[a-z_]+-\d: (#[0-9a-f]{6})/g)].map(([, hex]) => hex as string);
  it("knows every stage colour in both themes", () => expect(grounds).toHaveLength(36));
  it.each(grounds)("reads on %s", (ground) => expect(contrast(ground, inkOn(ground, "#10201e", "#ffffff"))).toBeGreaterThanOrEqual(4.5));
  it("takes short notation, as a minifier writes it", () => expect(luminance("#fff")).toBeCloseTo(1));
});
