/** The colour of a thing by layer, out of the tokens; grey where nothing is known. Pure. */
import { colourIndex, workTypeOfStage } from "@/format/stages";
import type { Layer, Thing } from "./useMap";

/** Value of a colour token, "#rrggbb". */
export type Token = (name: string) => string;

const FULL_BP = 10_000;

export function colourOf(thing: Thing, layer: Layer, token: Token): string {
  const grey = mix(token("i3"), token("s3"), 0.45);
  switch (layer) {
    case "status":
      return byStatus(thing, token) ?? grey;
    case "stage": {
      const stage = thing.building?.stage ?? null;
      if (stage === null) return grey;
      const type = workTypeOfStage(stage);
      return token(`st-${type}-${colourIndex(type, stage, 0)}`);
    }
    case "money":
      return thing.project.paid_bp === null ? grey : mix(token("moneyf"), token("s3"), 0.15 + (0.85 * thing.project.paid_bp) / FULL_BP);
  }
}

function byStatus(thing: Thing, token: Token): string | null {
  switch (thing.sign) {
    case "red":
      return token("redf");
    case "yellow":
      return token("yelf");
    case "blue":
      return token("bluf");
    case "normal":
      return thing.actual_bp === null ? null : mix(token("p"), token("s3"), 0.5);
    default:
      return null;
  }
}

/** `share` of the first colour, the rest of the second. */
export function mix(a: string, b: string, share: number): string {
  const part = (at: number) => Math.round(channel(a, at) * share + channel(b, at) * (1 - share)).toString(16).padStart(2, "0");
  return `#${part(1)}${part(3)}${part(5)}`;
}

/** "#fff", as the build shortens it, is "#ffffff". */
export function channel(hex: string, at: number): number {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return Number.parseInt(long.slice(at, at + 2), 16);
}
