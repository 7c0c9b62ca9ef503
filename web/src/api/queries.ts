/** One composable per question the pages ask. Keys begin with the noun, so that a change can be told to all of them. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, ref, type Ref } from "vue";
import { client, need } from "./client";
import type { DeadLetterList, District, Faces, Fleet, Fusion, PlanWarning, ProjectDetail, ScoreDetail, SecurityEventList, Curve, TraceNode, WarningList } from "./types";

export type WarningState = "open" | "closed" | "all";

export function useDistrict() {
  return useQuery<District>({
    queryKey: ["district"],
    queryFn: () => need(client.GET("/api/v1/district"), "/district"),
  });
}

/** Name, time and counts of the district without its projects: what every page says at its top. */
export function useDistrictBrief() {
  return useQuery<District>({
    queryKey: ["district", "brief"],
    queryFn: () => need(client.GET("/api/v1/district", { params: { query: { brief: true } } }), "/district"),
  });
}

export function useProject(id: Ref<string>, enabled: Ref<boolean> = ref(true)) {
  return useQuery<ProjectDetail>({
    queryKey: computed(() => ["project", id.value]),
    enabled,
    queryFn: () =>
      need(client.GET("/api/v1/projects/{project_id}", { params: { path: { project_id: id.value } } }), `/projects/${id.value}`),
  });
}

export function useCurve(project: Ref<string>, building: Ref<string | null>) {
  return useQuery<Curve>({
    queryKey: computed(() => ["curve", project.value, building.value]),
    placeholderData: keepPreviousData,
    queryFn: () =>
      need(
        client.GET("/api/v1/projects/{project_id}/curve", {
          params: { path: { project_id: project.value }, query: building.value ? { building: building.value } : {} },
        }),
        `/projects/${project.value}/curve`,
      ),
  });
}

export function useFaces(building: Ref<string | null>) {
  return useQuery<Faces>({
    queryKey: computed(() => ["faces", building.value]),
    enabled: computed(() => building.value !== null),
    queryFn: () =>
      need(
        client.GET("/api/v1/buildings/{building_id}/faces", { params: { path: { building_id: building.value ?? "" } } }),
        `/buildings/${building.value}/faces`,
      ),
  });
}

export function useFusion(building: Ref<string | null>) {
  return useQuery<Fusion>({
    queryKey: computed(() => ["observations", building.value]),
    enabled: computed(() => building.value !== null),
    queryFn: () =>
      need(
        client.GET("/api/v1/buildings/{building_id}/observations", { params: { path: { building_id: building.value ?? "" } } }),
        `/buildings/${building.value}/observations`,
      ),
  });
}

/** Of a project; of the whole district (null) only how many there are: the desk asks for its own page of them. */
export function useWarnings(project: Ref<string | null>, state: Ref<WarningState>) {
  return useQuery<WarningList>({
    queryKey: computed(() => ["warnings", project.value, state.value]),
    queryFn: () =>
      need(
        client.GET("/api/v1/warnings", {
          params: { query: { state: state.value, ...(project.value ? { project: project.value } : { limit: 1 }) } },
        }),
        "/warnings",
      ),
  });
}

export function useScore(project: Ref<string>) {
  return useQuery<ScoreDetail>({
    queryKey: computed(() => ["score", project.value]),
    queryFn: () =>
      need(
        client.GET("/api/v1/projects/{project_id}/score", { params: { path: { project_id: project.value } } }),
        `/projects/${project.value}/score`,
      ),
  });
}

export function useFleet() {
  return useQuery<Fleet>({
    queryKey: ["fleet"],
    refetchInterval: 30_000,
    queryFn: () => need(client.GET("/api/v1/fleet"), "/fleet"),
  });
}

/** What was refused or claimed wrongly; only for roles that may know. */
export function useSecurityEvents() {
  return useQuery<SecurityEventList>({
    queryKey: ["security-events"],
    refetchInterval: 60_000,
    queryFn: () => need(client.GET("/api/v1/security-events", { params: { query: { limit: 50 } } }), "/security-events"),
  });
}

/** What came and could not be taken; only for roles that may know. */
export function useDeadLetters() {
  return useQuery<DeadLetterList>({
    queryKey: ["dead-letters"],
    refetchInterval: 60_000,
    queryFn: () => need(client.GET("/api/v1/dead-letters", { params: { query: { limit: 50 } } }), "/dead-letters"),
  });
}

/** What a "why?" is asked about. A record's id is "gateway/epoch/seq", a sheet's its digest. */
export type TraceKind = "score" | "sheet" | "warning" | "record";

/** `day` (YYYY-MM-DD): a live score as it stood at the end of that day. */
export function useTrace(kind: Ref<TraceKind | null>, id: Ref<string>, day: Ref<string | null> = ref(null)) {
  return useQuery<TraceNode>({
    queryKey: computed(() => ["trace", kind.value, id.value, day.value]),
    enabled: computed(() => kind.value !== null && id.value !== ""),
    queryFn: () => loadTrace(kind.value ?? "score", id.value, day.value),
  });
}

function loadTrace(kind: TraceKind, id: string, day: string | null): Promise<TraceNode> {
  const where = `/trace/${kind}/${id}`;
  switch (kind) {
    case "score":
      return need(
        client.GET("/api/v1/trace/score/{project_id}", { params: { path: { project_id: id }, query: day ? { day } : {} } }),
        where,
      );
    case "sheet":
      return need(client.GET("/api/v1/trace/sheet/{sheet_id}", { params: { path: { sheet_id: id } } }), where);
    case "warning":
      return need(client.GET("/api/v1/trace/warning/{warning_id}", { params: { path: { warning_id: id } } }), where);
    case "record": {
      const [gateway = "", epoch = "", seq = ""] = id.split("/");
      return need(
        client.GET("/api/v1/trace/record/{gateway}/{epoch}/{seq}", { params: { path: { gateway, epoch, seq } } }),
        where,
      );
    }
  }
}

export type { PlanWarning };
