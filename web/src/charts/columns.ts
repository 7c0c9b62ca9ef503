/** Columns on a plane, as the wall's map draws them: places in degrees to px, tall as far as the work is. Pure. */
import type { Sign } from "@/format/signs";

export interface Placed {
  id: string;
  street: string;
  sign: Sign;
  plan_bp: number | null;
  actual_bp: number | null;
  lon: number;
  lat: number;
  schematic: boolean;
}

export interface Column<T> {
  spot: T;
  /** Middle of the foot. */
  x: number;
  y: number;
  width_px: number;
  actual_px: number;
  /** Where the plan stands; null when nobody knows. */
  plan_px: number | null;
}

export interface Street {
  name: string;
  /** Outline of its places; drawn with a wide round stroke it also shows a single one. */
  path: string;
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
  /** Room left of and right of the outermost feet, and under the lowest. */
  margin: number;
  /** Room above the highest foot, for columns and signs. */
  head: number;
}

const FULL_BP = 10_000;
const TILT = 0.82;

export function layOut<T extends Placed>(spots: readonly T[], size: Size): { columns: Column<T>[]; streets: Street[] } {
  if (spots.length === 0) return { columns: [], streets: [] };
  const place = scaled(spots, size);
  const width_px = Math.max(8, Math.min(26, 150 / Math.sqrt(spots.length)));
  const full_px = Math.max(34, Math.min(130, 760 / Math.sqrt(spots.length)));
  const columns = spots.map((spot) => ({
    spot,
    ...place(spot),
    width_px,
    actual_px: 6 + (full_px * (spot.actual_bp ?? 0)) / FULL_BP,
    plan_px: spot.plan_bp === null ? null : 6 + (full_px * spot.plan_bp) / FULL_BP,
  }));
  columns.sort((a, b) => a.y - b.y || a.x - b.x);
  return { columns, streets: outlines(columns) };
}

function scaled(spots: readonly Placed[], size: Size): (spot: Placed) => { x: number; y: number } {
  const slim = Math.cos(((spots[0]?.lat ?? 0) * Math.PI) / 180);
  const xs = spots.map((spot) => spot.lon * slim);
  const ys = spots.map((spot) => spot.lat * TILT);
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const inner = { width: size.width - 2 * size.margin, height: size.height - size.margin - size.head };
  const scale = Math.min(inner.width / Math.max(east - west, 1e-9), inner.height / Math.max(north - south, 1e-9), 1e12);
  const left = size.margin + (inner.width - (east - west) * scale) / 2;
  const top = size.head + (inner.height - (north - south) * scale) / 2;
  return (spot) => ({ x: left + (spot.lon * slim - west) * scale, y: top + (north - spot.lat * TILT) * scale });
}

interface Point {
  x: number;
  y: number;
}

function outlines<T extends Placed>(columns: readonly Column<T>[]): Street[] {
  const groups = new Map<string, Column<T>[]>(); // what is laid out lies apart from what was surveyed
  for (const column of columns) {
    const key = `${column.spot.schematic} ${column.spot.street}`;
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  return [...groups.values()].map((own) => {
    const name = own[0]?.spot.street ?? "";
    const points = hull(own);
    const path = `M${points.map((point) => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join("L")}Z`;
    return { name, path, x: own.reduce((sum, { x }) => sum + x, 0) / own.length, y: Math.max(...own.map(({ y }) => y)) };
  });
}

/** The convex outline, counter-clockwise (Andrew's monotone chain). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (from: readonly Point[]) => {
    const chain: Point[] = [];
    for (const point of from) {
      while (chain.length > 1 && turn(chain[chain.length - 2] as Point, chain[chain.length - 1] as Point, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

/** Those of the boxes, in their order, that overlap none taken before. */
export function free<B extends { x: number; y: number; wide: number; tall: number }>(boxes: readonly B[]): B[] {
  const taken: B[] = [];
  for (const box of boxes) {
    const clear = taken.every((other) => box.x + box.wide < other.x || other.x + other.wide < box.x || box.y + box.tall < other.y || other.y + other.tall < box.y);
    if (clear) taken.push(box);
  }
  return taken;
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
