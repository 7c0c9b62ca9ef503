/** Stages of a work face: glyphs, names and the ink that reads on each colour. */
import type { Lang } from "@/i18n";

export type WorkType = "new_build" | "renovation" | "road";

interface Stage {
  key: string;
  /** What stands in a cell and in the legend; a stage that is the first of its chain is told by an empty cell. */
  zh: string;
  en: string;
}

const CHAINS: Record<WorkType, readonly Stage[]> = {
  new_build: [
    { key: "void", zh: "空", en: "Vo" },
    { key: "formwork", zh: "模", en: "Fo" },
    { key: "structure", zh: "构", en: "St" },
    { key: "infill", zh: "砌", en: "Ma" },
    { key: "base", zh: "基", en: "Ba" },
    { key: "finished", zh: "饰", en: "Fi" },
  ],
  renovation: [
    { key: "old", zh: "原", en: "As" },
    { key: "stripped", zh: "铲", en: "St" },
    { key: "insulated", zh: "保", en: "In" },
    { key: "base_coat", zh: "抹", en: "Ba" },
    { key: "finished", zh: "涂", en: "Pa" },
  ],
  road: [
    { key: "existing", zh: "旧", en: "Ex" },
    { key: "excavated", zh: "挖", en: "Ex" },
    { key: "subgrade", zh: "路", en: "Sg" },
    { key: "base", zh: "基", en: "Ba" },
    { key: "binder", zh: "下", en: "Bi" },
    { key: "surface", zh: "上", en: "Su" },
    { key: "marked", zh: "线", en: "Mk" },
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

export function glyphOf(type: WorkType, key: string, lang: Lang): string {
  return CHAINS[type].find((stage) => stage.key === key)?.[lang] ?? key.slice(0, 1);
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
