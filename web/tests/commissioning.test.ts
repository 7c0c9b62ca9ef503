import { describe, expect, it } from "vitest";
import type { FaceShown, Scene, SceneFace } from "@/api/commissioning";
import { cellOf, cornersOf, moved, pointsOf, type Held } from "@/features/commissioning/lines";

const nodes = [[[0, 20], [10, 20]], [[0, 10], [10, 10]], [[0, 0], [10, 0]]];
const shown: FaceShown = { face_id: "A", nodes, hidden: [[""], [""]], storey_px_least: 10, storey_px: 10, share_bp: 10_000 };
const face: SceneFace = { face_id: "A", building: "A", rows: 2, cols: 1, row_lines: [[[0, 20], [10, 20]], null, [[0, 0], [10, 0]]], col_x: [[[0, 20], [0, 0]], [[10, 20], [10, 0]]] };
const scene: Scene = { work_type: "new_build", camera: { id: "c", width: 40, height: 30 }, anchors: [], privacy_masks: [[[1, 1], [2, 1], [2, 2]]], faces: [face] };
const held = (kind: Held["kind"], index: number, point: number | null = null): Held => ({ kind, index, point });

describe("what is held on the frame", () => {
  it("is the line as it was drawn, and where it is open where the grid puts it", () => {
    expect(pointsOf(scene, face, shown, held("row", 0))).toEqual([[0, 20], [10, 20]]);
    expect(pointsOf(scene, face, shown, held("row", 1))).toEqual([[0, 10], [10, 10]]);
    expect(pointsOf(scene, face, shown, held("mask", 0))).toHaveLength(3);
    expect(pointsOf(scene, face, shown, held("mask", 7))).toEqual([]);
  });

  it("moves as a whole, by a point, and to a tenth of a pixel", () => {
    expect(moved([[0, 20], [10, 20]], held("row", 0), 1, -2)).toEqual([[1, 18], [11, 18]]);
    expect(moved([[0, 20], [10, 20]], held("row", 0, 1), 0.04, 3.26)).toEqual([[0, 20], [10, 23.3]]);
  });

  it("has corners from the lower left anticlockwise, and cells from the ground up", () => {
    expect(cornersOf(shown)).toEqual([[0, 20], [10, 20], [10, 0], [0, 0]]);
    expect(cellOf(shown, 0, 0)).toEqual([[0, 20], [10, 20], [10, 10], [0, 10]]);
  });
});
