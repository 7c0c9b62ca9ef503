/** Cases of the best-practice library: handed in with evidence by a unit, published by somebody else. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type Case = S["PracticeShown"];
export type CaseGiven = S["PracticeGiven"];

export interface CasesAsked {
  state: "published" | "entered";
  unit: string;
  tag: string;
}

export function useCases(asked: Ref<CasesAsked>) {
  return useQuery<S["PracticeList"]>({ queryKey: computed(() => ["library", asked.value]), queryFn: () => need(client.GET("/api/v1/best-practices", { params: { query: { ...asked.value, limit: 200 } } }), "/best-practices") });
}

export function useCaseActs() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["library"] });
  const path = (practice: number) => ({ params: { path: { practice } } });
  return {
    enter: useMutation<Case, Error, CaseGiven>({ mutationFn: (body) => need(client.POST("/api/v1/best-practices", { body }), "/best-practices"), onSuccess }),
    publish: useMutation<Case, Error, { id: number; remark: string }>({ mutationFn: ({ id, remark }) => need(client.POST("/api/v1/best-practices/{practice}/publish", { ...path(id), body: { remark } }), "/publish"), onSuccess }),
    retract: useMutation<Case, Error, { id: number; remark: string }>({ mutationFn: ({ id, remark }) => need(client.POST("/api/v1/best-practices/{practice}/retract", { ...path(id), body: { remark } }), "/retract"), onSuccess }),
  };
}
