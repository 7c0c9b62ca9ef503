/** Sites and buildings at the end of a day; the day before stays on the screen while the next is asked for. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "@/api/client";
import type { components } from "@/api/schema.gen";

type S = components["schemas"];
export type MapState = S["MapState"];
export type MapProject = S["MapProject"];
export type MapBuilding = S["MapBuilding"];
export type Layer = "status" | "stage" | "money";
export const LAYERS: readonly Layer[] = ["status", "stage", "money"];

/** `at` (YYYY-MM-DD) null = now; `street` null = the whole scope. */
export function useMapState(at: Ref<string | null>, street: Ref<string | null>) {
  return useQuery<MapState>({
    queryKey: computed(() => ["map", at.value, street.value]),
    placeholderData: keepPreviousData,
    queryFn: () => need(client.GET("/api/v1/map", { params: { query: { ...(at.value ? { at: at.value } : {}), ...(street.value ? { street: street.value } : {}) } } }), "/map"),
  });
}

/** What can be pointed at: a building, or a whole site where the answer is by projects. */
export interface Thing {
  id: string;
  project: MapProject;
  building: MapBuilding | null;
  sign: MapBuilding["sign"];
  plan_bp: number | null;
  actual_bp: number | null;
  full_height_m: number;
  rings: number[][][];
}

const STOREY_M = 3;
const ROAD_M = 4;

/** Everything that is drawn, in the order of the answer. */
export function thingsOf(state: MapState): Thing[] {
  return state.projects.flatMap((project): Thing[] => (state.detail === "buildings" ? project.buildings.map((building) => ofBuilding(project, building)) : [ofProject(project)]));
}

function ofBuilding(project: MapProject, building: MapBuilding): Thing {
  const { id, sign, plan_bp, actual_bp, full_height_m } = building;
  return { id, project, building, sign, plan_bp, actual_bp, full_height_m, rings: [building.ring] };
}

function ofProject(project: MapProject): Thing {
  const { id, sign, plan_bp, actual_bp, outline, storeys, work_type } = project;
  return { id, project, building: null, sign, plan_bp, actual_bp, full_height_m: work_type === "road" ? ROAD_M : storeys * STOREY_M, rings: outline };
}
