/** A camera's commissioning: its frame, what runs there, what is sent and what came of it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type Commissioning = S["Commissioning"];
export type OrderSteps = S["OrderSteps"];
export type PreviewShown = S["PreviewShown"];
export type FaceShown = S["FaceGrid"];

export type Point = [number, number];
export type Line = Point[];

/** One work face of `siteprogress.scene/1`: lines from the ground up and from left to right, null = not visible yet. */
export interface SceneFace {
  face_id: string;
  building: string;
  rows: number;
  cols: number;
  row_lines: (Line | null)[];
  col_x: Line[];
}

export interface Scene {
  work_type: string;
  camera: { id: string; width: number; height: number };
  anchors: Line[];
  privacy_masks: Line[];
  faces: SceneFace[];
}

/** A correction; `op` names it (docs/commissioning.md). The centre makes it, with the gateway's own functions. */
export type Edit = { op: string } & Record<string, unknown>;

export interface Place {
  gateway: string;
  camera: string;
}

export const sceneOf = (raw: Record<string, unknown>): Scene => raw as unknown as Scene;
const WAITING_MS = 2_000;

/** What is waited for: then the page asks again every other second, else when the centre says that something changed. */
function isAwaited(found: Commissioning | undefined): boolean {
  if (!found) return false;
  const { ask, frame, order, readings } = found;
  const frameComes = ask?.state === "waiting" || (frame !== null && !frame.still);
  const tried = order?.state === "applied" && readings.length === 0;
  return frameComes || order?.state === "waiting" || tried;
}

export function useCommissioning(place: Ref<Place>) {
  return useQuery<Commissioning>({
    queryKey: computed(() => ["commissioning", place.value.gateway, place.value.camera]),
    refetchInterval: (query) => (isAwaited(query.state.data) ? WAITING_MS : false),
    queryFn: () => need(client.GET("/api/v1/gateways/{gateway}/cameras/{camera}/commissioning", { params: { path: place.value } }), "/commissioning"),
  });
}

export function useAskReference(place: Ref<Place>) {
  const queries = useQueryClient();
  return useMutation<S["ReferenceShown"], Error, string>({
    mutationFn: (reason) => need(client.POST("/api/v1/gateways/{gateway}/cameras/{camera}/reference", { params: { path: place.value }, body: { reason, deadline_s: 86_400 } }), "/reference"),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["commissioning"] }),
  });
}

export function askPreview(place: Place, scene: Scene, edits: Edit[]): Promise<PreviewShown> {
  const body = { scene: scene as unknown as Record<string, unknown>, edits };
  return need(client.POST("/api/v1/gateways/{gateway}/cameras/{camera}/preview", { params: { path: place }, body }), "/preview");
}

export function useSendScene(place: Ref<Place>) {
  const queries = useQueryClient();
  return useMutation<Commissioning, Error, { scene: Scene; based_on: number }>({
    mutationFn: ({ scene, based_on }) =>
      need(client.POST("/api/v1/gateways/{gateway}/cameras/{camera}/scene", { params: { path: place.value }, body: { scene: scene as unknown as Record<string, unknown>, based_on, deadline_s: 86_400 } }), "/scene"),
    onSuccess: (found) => queries.setQueryData(["commissioning", place.value.gateway, place.value.camera], found),
  });
}

export const stillAddress = ({ gateway, camera }: Place, id: number): string => `/api/v1/gateways/${gateway}/cameras/${encodeURIComponent(camera)}/reference/${id}/still`;
