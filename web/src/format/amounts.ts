/** Plain decimals of insight: as many places as the size of a number bears, never more than were reckoned. */
import { MINUS, count, percent } from "./figures";

/** 1234567.8 → "1,234,568"; 42.36 → "42.4"; 0.8264 → "0.826"; the sign is U+2212. */
export function plain(value: number): string {
  const size = Math.abs(value);
  const places = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const [whole = "0", rest = ""] = size.toFixed(places).split(".");
  const short = rest.replace(/0+$/, "");
  const text = short ? `${count(Number(whole))}.${short}` : count(Number(whole));
  return value < 0 && text !== "0" ? `${MINUS}${text}` : text;
}

/** With its sign on either side: 2.9 → "+2.9". */
export function signed(value: number): string {
  const text = plain(value);
  return value > 0 && text !== "0" ? `+${text}` : text;
}

/** An integer that is told divided by a scale, with all of its places: 1234 of 100 → "12.34"; nothing → "—". */
export function scaled(value: number | null, scale: number): string {
  if (value === null) return "—";
  const places = Math.round(Math.log10(scale));
  const [whole = "0", rest = ""] = (Math.abs(value) / scale).toFixed(places).split(".");
  return `${value < 0 ? MINUS : ""}${count(Number(whole))}${rest ? `.${rest}` : ""}`;
}

/** A correlation, with all of its places: 1 → "1.000". */
export function coefficient(value: number): string {
  return `${value < 0 ? MINUS : ""}${Math.abs(value).toFixed(3)}`;
}

/** p as statistics write it. */
export function pValue(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

const NEARLY_BP = 9_900;
const HARDLY_BP = 100;

/** A probability: nothing is certain and nothing impossible, whatever a model says: 9 999 bp is "> 99%". */
export function chance(bp: number): string {
  if (bp > NEARLY_BP) return "> 99%";
  if (bp < HARDLY_BP) return "< 1%";
  return percent(bp);
}
