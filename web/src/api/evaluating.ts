/** Evaluations of a period with their forms, rankings, what results lead to, and adjustments. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import { useSession } from "@/session/session";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type EvaluationShown = S["EvaluationShown"];
export type EvaluationDetail = S["EvaluationDetail"];
export type OwnForm = S["OwnForm"];
export type Ranking = S["RankingShown"];
export type Use = S["UseShown"];
export type Adjustment = S["AdjustmentShown"];

/** All evaluations whose period begins with the given one: a year has its quarters too. */
export function useEvaluations(period: Ref<string>) {
  return useQuery<S["EvaluationList"]>({ queryKey: computed(() => ["evaluations", "list", period.value]), queryFn: () => need(client.GET("/api/v1/evaluations", { params: { query: { period: period.value, limit: 200 } } }), "/evaluations") });
}

export function useEvaluation(id: Ref<number | null>) {
  return useQuery<EvaluationDetail>({
    queryKey: computed(() => ["evaluations", "one", id.value]),
    enabled: computed(() => id.value !== null),
    queryFn: () => need(client.GET("/api/v1/evaluations/{evaluation_id}", { params: { path: { evaluation_id: id.value ?? 0 } } }), `/evaluations/${id.value}`),
  });
}

/** Forms the caller has to fill in; not asked for who is never asked to fill in any. */
export function useOwnForms() {
  const session = useSession();
  const asked = computed(() => session.may("fill_forms"));
  return useQuery<S["OwnForms"]>({ queryKey: ["evaluations", "forms"], enabled: asked, queryFn: () => need(client.GET("/api/v1/evaluation-forms"), "/evaluation-forms") });
}

export function useEvaluationActs() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["evaluations"] });
  const path = (evaluation_id: number) => ({ params: { path: { evaluation_id } } });
  return {
    submit: useMutation<OwnForm, Error, { form: number; points: Record<string, number>; remark: string }>({ mutationFn: ({ form, ...body }) => need(client.POST("/api/v1/evaluation-forms/{form_id}", { params: { path: { form_id: form } }, body }), "/evaluation-forms"), onSettled }),
    approve: useMutation<S["ApprovedList"], Error, number[]>({ mutationFn: (evaluations) => need(client.POST("/api/v1/evaluations/approve", { body: { evaluations } }), "/approve"), onSettled }),
    giveBack: useMutation<EvaluationDetail, Error, { id: number; reason: string }>({ mutationFn: ({ id, reason }) => need(client.POST("/api/v1/evaluations/{evaluation_id}/return", { ...path(id), body: { reason } }), "/return"), onSettled }),
    publish: useMutation<EvaluationDetail, Error, number>({ mutationFn: (id) => need(client.POST("/api/v1/evaluations/{evaluation_id}/publish", path(id)), "/publish"), onSettled }),
    object: useMutation<unknown, Error, { id: number; reason: string }>({ mutationFn: ({ id, reason }) => need(client.POST("/api/v1/evaluations/{evaluation_id}/objections", { ...path(id), body: { reason } }), "/objections"), onSettled }),
    answer: useMutation<EvaluationDetail, Error, { objection: number; upheld: boolean; answer: string }>({ mutationFn: ({ objection, ...body }) => need(client.POST("/api/v1/objections/{objection_id}/answer", { params: { path: { objection_id: objection } }, body }), "/answer"), onSettled }),
  };
}

export function useRankings() {
  return useQuery<S["RankingList"]>({ queryKey: ["rankings"], queryFn: () => need(client.GET("/api/v1/rankings", { params: { query: { limit: 100 } } }), "/rankings") });
}

export function useRanking(id: Ref<number | null>) {
  return useQuery<Ranking>({
    queryKey: computed(() => ["rankings", id.value]),
    enabled: computed(() => id.value !== null),
    queryFn: () => need(client.GET("/api/v1/rankings/{ranking}", { params: { path: { ranking: id.value ?? 0 } } }), `/rankings/${id.value}`),
  });
}

export function useUses() {
  return useQuery<S["UseList"]>({ queryKey: ["result-uses"], queryFn: () => need(client.GET("/api/v1/result-uses", { params: { query: { limit: 100 } } }), "/result-uses") });
}

export function useUseActs() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["result-uses"] });
  const path = (use: number) => ({ params: { path: { use } } });
  return {
    decide: useMutation<Use, Error, { use: number; approve: boolean; basis: string; hearing: string }>({ mutationFn: ({ use, ...body }) => need(client.POST("/api/v1/result-uses/{use}/decision", { ...path(use), body: { ...body, cut_bp: null } }), "/decision"), onSettled }),
    answer: useMutation<Use, Error, { use: number; uphold: boolean; reason: string }>({ mutationFn: ({ use, ...body }) => need(client.POST("/api/v1/result-uses/{use}/answer", { ...path(use), body }), "/answer"), onSettled }),
    appeal: useMutation<Use, Error, { use: number; reason: string }>({ mutationFn: ({ use, reason }) => need(client.POST("/api/v1/result-uses/{use}/appeal", { ...path(use), body: { reason } }), "/appeal"), onSettled }),
  };
}

export function useAdjustments() {
  return useQuery<S["AdjustmentList"]>({ queryKey: ["adjustments"], queryFn: () => need(client.GET("/api/v1/adjustments", { params: { query: { limit: 100 } } }), "/adjustments") });
}

export function useAdjustmentActs() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["adjustments"] });
  return { enter: useMutation<Adjustment, Error, S["AdjustmentGiven"]>({ mutationFn: (body) => need(client.POST("/api/v1/adjustments", { body }), "/adjustments"), onSettled }) };
}
