/** Numbers as the house writes them. In: integers (bp = 1/10000, cdays = 1/100 day, fen). Out: text. Rounding happens only here. */

export const MINUS = "\u2212";
const Z90 = 1.645;
const THIN_COVERAGE_BP = 6000;
const THIN_SIGMA_BP = 500;

/** Half up, away from zero, so that −5 and 5 tenths mirror each other. */
export function roundHalfUp(value: number, step: number): number {
  const size = Math.floor(Math.abs(value) / step + 0.5);
  return value < 0 && size > 0 ? -size : size;
}

function tenths(bp: number): string {
  const n = roundHalfUp(bp, 10);
  const size = Math.abs(n);
  return `${n < 0 ? MINUS : ""}${Math.floor(size / 10)}.${size % 10}`;
}

/** 5523 → "55.2%". */
export function percent(bp: number): string {
  return `${tenths(bp)}%`;
}

/** 5523 → "55%", for thin evidence. */
export function percentWhole(bp: number): string {
  return `${String(roundHalfUp(bp, 100)).replace("-", MINUS)}%`;
}

/** Multiples of a tenth, cut towards zero: what is judged is never shown as more than it is (1499 bp is not yet 15.0). */
function cutTenths(hundredths: number): string {
  const size = Math.trunc(Math.abs(hundredths) / 10);
  return `${hundredths < 0 && size > 0 ? MINUS : ""}${Math.floor(size / 10)}.${size % 10}`;
}

/** Gap in percentage points with its sign, cut as the centre's sentences cut it: −320 → "−3.2", 40 → "+0.4", 9 → "0.0". */
export function signedPoints(bp: number): string {
  return bp >= 10 ? `+${cutTenths(bp)}` : cutTenths(bp);
}

/** A gap or threshold without sign, cut. */
export function gapPoints(bp: number): string {
  return cutTenths(Math.abs(bp));
}

/** A share as points, rounded: 5523 → "55.2". */
export function points(bp: number): string {
  return tenths(bp);
}

/** Half of the 90 % interval (1.645 σ) in the unit of the value: 128 → "2.1". */
export function halfInterval(sigma_bp: number, thin = false): string {
  const half = Z90 * sigma_bp;
  return thin ? String(Math.max(1, roundHalfUp(half, 100))) : tenths(half);
}

export function intervalBounds(value_bp: number, sigma_bp: number): { low_bp: number; high_bp: number } {
  const half = Z90 * sigma_bp;
  return { low_bp: Math.max(0, Math.round(value_bp - half)), high_bp: Math.min(10_000, Math.round(value_bp + half)) };
}

/** Coverage under 60 % or σ over 5 points: the figure is rounded, marked 约 and has no rank. */
export function isThin(coverage_bp: number | null, sigma_bp: number | null): boolean {
  return (coverage_bp !== null && coverage_bp < THIN_COVERAGE_BP) || (sigma_bp !== null && sigma_bp > THIN_SIGMA_BP);
}

/** Rate of deviation (actual − plan) / plan in percent with sign; null when nothing was planned yet. */
export function deviationRate(plan_bp: number, actual_bp: number): string | null {
  if (plan_bp === 0) return null;
  const rate = tenths(((actual_bp - plan_bp) * 10_000) / plan_bp);
  return `${actual_bp > plan_bp ? "+" : ""}${rate}%`;
}

/** Hundredths of days → days with one decimal unless whole, cut: 2600 → "26", 740 → "7.4", 699 → "6.9". */
export function days(cdays: number): string {
  return cutTenths(cdays).replace(/\.0$/, "");
}

function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

export function count(n: number): string {
  return n < 0 ? `${MINUS}${grouped(-n)}` : grouped(n);
}

export type MoneyUnit = "wan" | "million" | "yuan";
const FEN_OF: Record<MoneyUnit, number> = { wan: 1_000_000, million: 100_000_000, yuan: 100 };

/** Fen → value and unit: from one 万元 (in English one million yuan) on in that unit with two decimals, below in 元. */
export function money(fen: number, lang: "zh" | "en"): { value: string; unit: MoneyUnit } {
  const size = Math.abs(fen);
  const large = lang === "zh" ? "wan" : "million";
  const unit = size >= FEN_OF[large] ? large : "yuan";
  const cents = roundHalfUp(size, FEN_OF[unit] / 100);
  const text = `${grouped(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, "0")}`;
  return { value: fen < 0 ? `${MINUS}${text}` : text, unit };
}

/** Fen → yuan to the fen: −20000050 → "−200,000.50". */
export function yuan(fen: number): string {
  const size = Math.abs(fen);
  return `${fen < 0 ? MINUS : ""}${grouped(Math.floor(size / 100))}.${String(size % 100).padStart(2, "0")}`;
}

const GRADE_FLOORS = [90, 80, 60];

/** One decimal, but unrounded when rounding would carry it over a grade: 89.995 → "89.995". */
export function score(total: number): string {
  const rounded = roundHalfUp(total, 0.1) / 10;
  const crosses = GRADE_FLOORS.some((floor) => total < floor && rounded >= floor);
  return crosses ? String(total) : rounded.toFixed(1);
}

export function weight(share: number): string {
  return share.toFixed(4);
}

const HOURS_IN_DAYS = 72;

/** Value of a rule in its own unit, cut; hours from three days on in days → text and unit key. */
export function ruleValue(value: number, unit: string): { text: string; unit: string } {
  if (unit === "bp") return { text: cutTenths(value), unit: "pp" };
  if (unit === "ratio_bp") return { text: `${cutTenths(value)}%`, unit: "" };
  if (unit === "centi_z") return { text: (Math.trunc(value) / 100).toFixed(2), unit: "z" };
  if (unit === "cdays") return { text: days(value), unit: "days" };
  if (unit === "hours" && value >= HOURS_IN_DAYS) return { text: count(Math.trunc(value / 24)), unit: "days" };
  return { text: count(value), unit };
}

export function shortDigest(hex: string): string {
  return hex.length > 12 ? `${hex.slice(0, 4)}…${hex.slice(-4)}` : hex;
}
