/** Stages of a work face: glyphs, names and the ink that reads on each colour. */

export type WorkType = "new_build" | "renovation" | "road";

interface Stage {
  key: string;
  glyph: string;
}

const CHAINS: Record<WorkType, readonly Stage[]> = {
  new_build: [
    { key: "void", glyph: "空" },
    { key: "formwork", glyph: "模" },
    { key: "structure", glyph: "构" },
    { key: "infill", glyph: "砌" },
    { key: "base", glyph: "基" },
    { key: "finished", glyph: "饰" },
  ],
  renovation: [
    { key: "old", glyph: "原" },
    { key: "stripped", glyph: "铲" },
    { key: "insulated", glyph: "保" },
    { key: "base_coat", glyph: "抹" },
    { key: "finished", glyph: "涂" },
  ],
  road: [
    { key: "existing", glyph: "旧" },
    { key: "excavated", glyph: "挖" },
    { key: "subgrade", glyph: "路" },
    { key: "base", glyph: "基" },
    { key: "binder", glyph: "下" },
    { key: "surface", glyph: "上" },
    { key: "marked", glyph: "线" },
  ],
};

/** The chain that holds the reading's own stage names; the first name decides (each chain begins with its own). */
export function workTypeOf(stages: readonly string[]): WorkType {
  const first = stages[0];
  const found = (Object.keys(CHAINS) as WorkType[]).find((type) => CHAINS[type][0]?.key === first);
  return found ?? "new_build";
}

/** The chain that a stage of a plan belongs to, where only its name is known. */
export function workTypeOfStage(key: string): WorkType {
  return (Object.keys(CHAINS) as WorkType[]).find((type) => CHAINS[type].some((stage) => stage.key === key)) ?? "new_build";
}

export function glyphOf(type: WorkType, key: string): string {
  return CHAINS[type].find((stage) => stage.key === key)?.glyph ?? key.slice(0, 1);
}

/** Index of the colour token `--st-{type}-{n}`; a name the chain does not know keeps its place in the reading's own order. */
export function colourIndex(type: WorkType, key: string, position: number): number {
  const at = CHAINS[type].findIndex((stage) => stage.key === key);
  return at === -1 ? Math.min(position, CHAINS[type].length - 1) : at;
}

function channel(hex: string, at: number): number {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  const value = Number.parseInt(long.slice(at, at + 2), 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Relative luminance of "#rrggbb" or "#rgb" (WCAG 2). */
export function luminance(hex: string): number {
  return 0.2126 * channel(hex, 1) + 0.7152 * channel(hex, 3) + 0.0722 * channel(hex, 5);
}

export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Of two inks the one that reads better on the ground. */
export function inkOn(ground: string, dark: string, light: string): string {
  return contrast(ground, dark) >= contrast(ground, light) ? dark : light;
}
