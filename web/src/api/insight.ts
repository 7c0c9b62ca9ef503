/** What the past tells: pivots, comparison, causes, stages, returns, use; every number with its n. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { authorised, client, need } from "./client";
import { faultFrom } from "./fault";
import type { components, operations } from "./schema.gen";

type S = components["schemas"];
export type Choices = S["Choices"];
export type PivotShown = S["PivotShown"];
export type Comparison = S["Comparison"];
export type Compared = S["ComparedShown"];
export type Spread = S["SpreadShown"];
export type SideBySide = S["SideBySide"];
export type Correlation = S["Correlation"];
export type Bottleneck = S["BottleneckShown"];
export type Cohort = S["CohortShown"];
export type Returns = S["Returns"];
export type EffectShown = S["EffectShown"];
export type PivotAsked = NonNullable<operations["getPivot"]["parameters"]["query"]>;
export type Dimension = NonNullable<PivotAsked["by"]>[number];
export type FigureCode = NonNullable<PivotAsked["figures"]>[number];
export type MeasureCode = S["MeasureNamed"]["code"];
export type PlaceKind = S["Practices"]["place_kind"];
export type SeriesCode = EffectShown["series"];

/** Projects that are wanted; nothing = all of them. */
export interface Rows {
  unit?: string[];
  street?: string[];
  kind?: string[];
  sector?: string[];
}

export interface Days {
  since?: string;
  until?: string;
}

export function useChoices() {
  return useQuery<Choices>({ queryKey: ["insight", "choices"], staleTime: 300_000, queryFn: () => need(client.GET("/api/v1/insight/choices"), "/insight/choices") });
}

export function usePivot(asked: Ref<PivotAsked>) {
  return useQuery<PivotShown>({
    queryKey: computed(() => ["insight", "pivot", asked.value]),
    queryFn: () => need(client.GET("/api/v1/insight/pivot", { params: { query: asked.value } }), "/insight/pivot"),
  });
}

/** The same rows as a file, saved by the browser. */
export async function savePivot(asked: PivotAsked, lang: "zh" | "en"): Promise<void> {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...asked, lang })) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) params.append(key, String(one));
  }
  await saveFile(`/api/v1/insight/pivot.csv?${params}`, "pivot.csv");
}

/** A file behind a protected address, saved under a name; a refusal is a fault. */
export async function saveFile(url: string, name: string): Promise<void> {
  const answer = await authorised(url).catch(() => {
    throw faultFrom(null, 0, url);
  });
  if (!answer.ok) throw faultFrom(await answer.json().catch(() => null), answer.status, url);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function useComparison(project: Ref<string | null>) {
  return useQuery<Comparison>({
    queryKey: computed(() => ["insight", "comparison", project.value]),
    enabled: computed(() => project.value !== null),
    queryFn: () => need(client.GET("/api/v1/insight/projects/{project_id}/comparison", { params: { path: { project_id: project.value ?? "" } } }), "/insight/comparison"),
  });
}

export function useSideBySide(asked: Ref<Rows & { measure: MeasureCode; place: PlaceKind }>) {
  return useQuery<SideBySide>({
    queryKey: computed(() => ["insight", "side-by-side", asked.value]),
    placeholderData: keepPreviousData,
    queryFn: () => need(client.GET("/api/v1/insight/side-by-side", { params: { query: asked.value } }), "/insight/side-by-side"),
  });
}

export function useCorrelation(asked: Ref<Rows & { x: MeasureCode; y: MeasureCode }>) {
  return useQuery<Correlation>({
    queryKey: computed(() => ["insight", "correlation", asked.value]),
    placeholderData: keepPreviousData,
    queryFn: () => need(client.GET("/api/v1/insight/correlation", { params: { query: asked.value } }), "/insight/correlation"),
  });
}

export function useCauses(asked: Ref<Days & { by: "kind" | "unit" }>) {
  return useQuery<S["Causes"]>({ queryKey: computed(() => ["insight", "causes", asked.value]), queryFn: () => need(client.GET("/api/v1/insight/causes", { params: { query: asked.value } }), "/insight/causes") });
}

export function useBottlenecks(asked: Ref<Rows & { by: "quarter" | "year" }>) {
  return useQuery<S["Bottlenecks"]>({ queryKey: computed(() => ["insight", "bottlenecks", asked.value]), queryFn: () => need(client.GET("/api/v1/insight/bottlenecks", { params: { query: asked.value } }), "/insight/bottlenecks") });
}

export function useApprovals(asked: Ref<Days>) {
  return useQuery<S["Approvals"]>({ queryKey: computed(() => ["insight", "approvals", asked.value]), queryFn: () => need(client.GET("/api/v1/insight/approvals", { params: { query: asked.value } }), "/insight/approvals") });
}

export function useCohorts(asked: Ref<Rows>) {
  return useQuery<S["Cohorts"]>({ queryKey: computed(() => ["insight", "cohorts", asked.value]), queryFn: () => need(client.GET("/api/v1/insight/cohorts", { params: { query: asked.value } }), "/insight/cohorts") });
}

export function usePriorities(asked: Ref<Rows & { limit: number }>) {
  return useQuery<S["Priorities"]>({ queryKey: computed(() => ["insight", "priorities", asked.value]), placeholderData: keepPreviousData, queryFn: () => need(client.GET("/api/v1/insight/priorities", { params: { query: asked.value } }), "/insight/priorities") });
}

export function useReturns(asked: Ref<Rows>) {
  return useQuery<Returns>({ queryKey: computed(() => ["insight", "returns", asked.value]), queryFn: () => need(client.GET("/api/v1/insight/returns", { params: { query: asked.value } }), "/insight/returns") });
}

export function useUnitUse(asked: Ref<Days>) {
  return useQuery<S["Use"]>({ queryKey: computed(() => ["insight", "use", asked.value]), queryFn: () => need(client.GET("/api/v1/insight/use", { params: { query: asked.value } }), "/insight/use") });
}

export function useEffect(asked: Ref<{ series: SeriesCode; since: string }>) {
  return useQuery<EffectShown>({ queryKey: computed(() => ["insight", "effect", asked.value]), queryFn: () => need(client.GET("/api/v1/outlook/effect", { params: { query: asked.value } }), "/outlook/effect") });
}

export function usePractices(place_kind: Ref<PlaceKind>) {
  return useQuery<S["Practices"]>({ queryKey: computed(() => ["insight", "practices", place_kind.value]), queryFn: () => need(client.GET("/api/v1/insight/practices", { params: { query: { place_kind: place_kind.value } } }), "/insight/practices") });
}

export function useBenefits(project: Ref<string | null>) {
  return useQuery<S["Benefits"]>({
    queryKey: computed(() => ["insight", "benefits", project.value]),
    enabled: computed(() => project.value !== null),
    queryFn: () => need(client.GET("/api/v1/projects/{project_id}/benefits", { params: { path: { project_id: project.value ?? "" } } }), "/benefits"),
  });
}

/** What people add: how a place works, an assessed benefit. All of insight is asked for again afterwards. */
export function useInsightActs() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["insight"] });
  return {
    practice: useMutation<S["Practices"], Error, S["PlacePracticeGiven"]>({ mutationFn: (body) => need(client.POST("/api/v1/insight/practices", { body }), "/insight/practices"), onSuccess }),
    benefit: useMutation<S["Benefits"], Error, { project: string; given: S["BenefitGiven"] }>({ mutationFn: ({ project, given }) => need(client.POST("/api/v1/projects/{project_id}/benefits", { params: { path: { project_id: project } }, body: given }), "/benefits"), onSuccess }),
  };
}
