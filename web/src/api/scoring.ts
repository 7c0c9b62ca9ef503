/** Goals with their SMART verdicts, and weights by pairwise judgement. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type GoalTree = S["GoalTree"];
export type GoalNode = S["GoalNode"];
export type GoalGiven = S["GoalGiven"];
export type GoalChecked = S["GoalChecked"];
export type Verdict = S["VerdictShown"];
export type WeighingNode = S["WeighingNodeShown"];
export type Questionnaire = S["QuestionnaireShown"];
export type GoalShown = S["GoalShown"];

export function useGoalTree(year: Ref<number>) {
  return useQuery<GoalTree>({ queryKey: computed(() => ["goals", "tree", year.value]), placeholderData: keepPreviousData, queryFn: () => need(client.GET("/api/v1/goal-tree", { params: { query: { year: year.value } } }), "/goal-tree") });
}

/** Drafts and proposals too: what is not in force yet is not in the tree. */
export function useGoals(year: Ref<number>) {
  return useQuery<S["GoalList"]>({ queryKey: computed(() => ["goals", "list", year.value]), queryFn: () => need(client.GET("/api/v1/goals", { params: { query: { year: year.value, limit: 200 } } }), "/goals") });
}

export interface Typed {
  text: string;
  owner: string;
  parent: string;
  level: number;
  year: number;
}

/** The checker's verdicts on what stands in the field; asked again a moment after the last key. */
export function useSmart(typed: Ref<Typed>) {
  return useQuery<GoalChecked>({
    queryKey: computed(() => ["goals", "check", typed.value]),
    enabled: computed(() => typed.value.text.trim() !== ""),
    placeholderData: keepPreviousData,
    queryFn: () => need(client.POST("/api/v1/goals/check", { body: { ...typed.value, unit: "", history: [], justification: "" } }), "/goals/check"),
  });
}

export function useGoalActs() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["goals"] });
  return {
    write: useMutation<GoalShown, Error, { id: string; goal: GoalGiven }>({ mutationFn: ({ id, goal }) => need(client.PUT("/api/v1/goals/{goal}", { params: { path: { goal: id } }, body: goal }), `/goals/${id}`), onSettled }),
    propose: useMutation<unknown, Error, { id: string; version: number }[]>({ mutationFn: (goals) => need(client.POST("/api/v1/goal-proposals", { body: { goals } }), "/goal-proposals"), onSettled }),
    decide: useMutation<unknown, Error, { goals: { id: string; version: number }[]; approve: boolean; remark: string }>({ mutationFn: (body) => need(client.POST("/api/v1/goal-decisions", { body }), "/goal-decisions"), onSettled }),
  };
}

export function useWeighings() {
  return useQuery<S["WeighingNodes"]>({ queryKey: ["weights"], queryFn: () => need(client.GET("/api/v1/weights"), "/weights") });
}

export function useQuestionnaire(node: Ref<string | null>) {
  return useQuery<Questionnaire>({
    queryKey: computed(() => ["weights", "mine", node.value]),
    enabled: computed(() => node.value !== null),
    retry: false,
    queryFn: () => need(client.GET("/api/v1/weights/{node}/questionnaire", { params: { path: { node: node.value ?? "" } } }), "/questionnaire"),
  });
}

export function useWeighingActs() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["weights"] });
  return {
    answer: useMutation<Questionnaire, Error, { node: string; person: string; first: number; second: number; says: number }>({
      mutationFn: ({ node, person, ...one }) => need(client.PUT("/api/v1/weights/{node}/answers/{person}", { params: { path: { node, person } }, body: { answers: [one] } }), "/answers"),
      onSettled,
    }),
    freeze: useMutation<WeighingNode, Error, { node: string; note: string }>({ mutationFn: ({ node, note }) => need(client.POST("/api/v1/weights/{node}/freeze", { params: { path: { node } }, body: { note } }), "/freeze"), onSettled }),
  };
}
