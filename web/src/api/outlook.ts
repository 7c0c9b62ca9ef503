/** What may become of running projects: risk in words and, where they may be told, numbers; what-if; calibration. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type ProjectOutlook = S["ProjectOutlook"];
export type RiskShown = S["RiskShown"];
export type Suggestion = S["SuggestionShown"];
export type Span = S["SpanShown"];
export type WhatIfShown = S["WhatIfShown"];
export type Change = S["WhatIfGiven"]["changes"][number];
export type Calibration = S["Calibration"];
export type ReliabilityBin = S["BinShown"];
export type Target = Calibration["target"];
export type ModelShown = S["ModelShown"];

export function useOutlook(project: Ref<string>) {
  return useQuery<ProjectOutlook>({ queryKey: computed(() => ["outlook", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/outlook", { params: { path: { project_id: project.value } } }), "/outlook") });
}

/** The centre's answer to a what-if; nothing is stored there. Asked for only with something to try. */
export function useWhatIf(project: Ref<string>, changes: Ref<Change[]>) {
  return useQuery<WhatIfShown>({
    queryKey: computed(() => ["outlook", project.value, "what-if", changes.value]),
    enabled: computed(() => changes.value.length > 0),
    placeholderData: keepPreviousData,
    queryFn: () => need(client.POST("/api/v1/projects/{project_id}/outlook/what-if", { params: { path: { project_id: project.value } }, body: { changes: changes.value } }), "/outlook/what-if"),
  });
}

export function useCalibration(target: Ref<Target>) {
  return useQuery<Calibration>({ queryKey: computed(() => ["outlook", "calibration", target.value]), queryFn: () => need(client.GET("/api/v1/outlook/calibration", { params: { query: { target: target.value } } }), "/outlook/calibration") });
}

export function useNewestModel(target: Ref<Target>) {
  return useQuery<S["ModelList"]>({ queryKey: computed(() => ["outlook", "models", target.value]), queryFn: () => need(client.GET("/api/v1/outlook/models", { params: { query: { target: target.value, limit: 1 } } }), "/outlook/models") });
}

export function useLikeliest(target: Ref<Target>) {
  return useQuery<S["OutlookList"]>({ queryKey: computed(() => ["outlook", "projects", target.value]), queryFn: () => need(client.GET("/api/v1/outlook/projects", { params: { query: { target: target.value, limit: 50 } } }), "/outlook/projects") });
}
