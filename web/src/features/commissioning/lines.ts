/** What can be taken hold of on the frame, and how it moves; drawing only, the grid itself is the centre's. */
import type { FaceShown, Line, Point, Scene, SceneFace } from "@/api/commissioning";

export type Kind = "row" | "col" | "corner" | "mask" | "anchor";

/** A line (`point` null = the whole of it), a corner of the face, a privacy mask or an anchor. */
export interface Held {
  kind: Kind;
  index: number;
  point: number | null;
}

/** The points of a line; of one that is left open, where the grid puts it. */
export function pointsOf(scene: Scene, face: SceneFace, shown: FaceShown, held: Held): Line {
  if (held.kind === "mask") return scene.privacy_masks[held.index] ?? [];
  if (held.kind === "anchor") return scene.anchors[held.index] ?? [];
  if (held.kind === "corner") return [cornersOf(shown)[held.index] ?? [0, 0]];
  if (held.kind === "col") return face.col_x[held.index] ?? [];
  return face.row_lines[held.index] ?? (shown.nodes[held.index] as unknown as Line | undefined) ?? [];
}

/** Corners from the lower left anticlockwise, as the gateway counts them. */
export function cornersOf(shown: FaceShown): Point[] {
  const low = shown.nodes[0] as unknown as Line;
  const high = shown.nodes.at(-1) as unknown as Line;
  return [low[0], low.at(-1), high.at(-1), high[0]].filter((point): point is Point => point !== undefined);
}

export function moved(line: Line, held: Held, dx: number, dy: number): Line {
  return line.map(([x, y], at): Point => (held.point === null || held.point === at || held.kind === "corner" ? [round(x + dx), round(y + dy)] : [x, y]));
}

export const round = (value: number): number => Math.round(value * 10) / 10;
export const path = (line: Line): string => line.map(([x, y]) => `${x},${y}`).join(" ");

/** Outline of a cell, row from the ground up. */
export function cellOf(shown: FaceShown, row: number, col: number): Line {
  const [a, b] = [shown.nodes[row] as unknown as Line, shown.nodes[row + 1] as unknown as Line];
  return [a[col], a[col + 1], b[col + 1], b[col]].filter((point): point is Point => point !== undefined);
}

export function middle(line: Line): Point {
  const sum = line.reduce<Point>(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
  return [sum[0] / line.length, sum[1] / line.length];
}

export const STEPS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
