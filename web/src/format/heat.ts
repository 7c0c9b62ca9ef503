/** Geometry and meaning of the heat map's cells. Rows count from the ground (0), columns from the left (0). Sizes in px. */
import type { FaceState } from "@/api/types";
import { colourIndex, workTypeOf } from "./stages";

export interface Cell {
  row: number;
  col: number;
  /** Index of the colour token; -1 when unknown. */
  index: number;
  stage: string;
  unknown: boolean;
  occluded: boolean;
  cover: boolean;
  confidence_bp: number;
}

export interface HeatLayout {
  left: number;
  top: number;
  cell_px: number;
  tall_px: number;
  step_px: number;
  rise_px: number;
  width: number;
  height: number;
}

const GAP_PX = 2;
const WIDE_PX = 11;
const SLIM_PX = 6.2;

/** Room that a label of 11 px needs: Chinese characters are square, the rest about half. */
export function labelWidth(text: string): number {
  return 8 + [...text].reduce((sum, char) => sum + (char > "\u2e80" ? WIDE_PX : SLIM_PX), 0);
}

/** Cells of at most 46 × 32 px on a small face, 34 × 24 on a large one; many bays or storeys make them smaller, never the page wider. */
export function heatLayout(rows: number, cols: number, label_px: number): HeatLayout {
  const cell_px = Math.max(8, Math.min(cols > 6 ? 34 : 46, Math.floor(320 / cols) - GAP_PX));
  const tall_px = Math.max(8, Math.min(rows > 8 ? 24 : 32, Math.floor(420 / rows) - GAP_PX));
  const left = 34;
  const top = 26;
  return {
    left,
    top,
    cell_px,
    tall_px,
    step_px: cell_px + GAP_PX,
    rise_px: tall_px + GAP_PX,
    width: left + cols * (cell_px + GAP_PX) + label_px,
    height: top + rows * (tall_px + GAP_PX) + 2,
  };
}

type Matrices = Pick<FaceState, "stages" | "stage" | "stage_bp" | "occluded" | "cover">;

/** One cell's meaning; a matrix that is too small reads as never seen. */
export function cellAt(face: Matrices, row: number, col: number): Cell {
  const type = workTypeOf(face.stages);
  const at = face.stage[row]?.[col] ?? -1;
  const stage = face.stages[at] ?? "";
  const cover = face.cover[row]?.[col] ?? "";
  const unknown = at < 0 || stage === "";
  return {
    row,
    col,
    index: unknown ? -1 : colourIndex(type, stage, at),
    stage,
    unknown,
    occluded: (face.occluded[row]?.[col] ?? 0) === 1,
    cover: cover !== "" && cover !== "none",
    confidence_bp: face.stage_bp[row]?.[col] ?? 0,
  };
}

/** Where an arrow key leads, or null when it is another key. Up is one storey higher. */
export function moved(key: string, from: { row: number; col: number }, size: { rows: number; cols: number }): { row: number; col: number } | null {
  const steps: Record<string, [number, number]> = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [0, 0], " ": [0, 0] };
  const step = steps[key];
  if (!step) return null;
  const clamp = (value: number, top: number) => Math.max(0, Math.min(top - 1, value));
  return { row: clamp(from.row + step[0], size.rows), col: clamp(from.col + step[1], size.cols) };
}
