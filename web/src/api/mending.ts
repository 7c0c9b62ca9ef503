/** What people do about warnings: whose turn it is, the case behind a warning, and the acts on it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, ref, type Ref } from "vue";
import { client, need } from "./client";
import type { components, operations } from "./schema.gen";
import type { Level } from "@/format/signs";
import type { PlanWarning, WarningList } from "./types";

type S = components["schemas"];
export type InboxCounts = S["InboxCounts"];
export type CaseDetail = S["CaseDetail"];
export type CaseBrief = S["CaseBrief"];
export type Rectification = S["RectificationRow"];
export type OrderGiven = Partial<S["OrderGiven"]>;
export type Piece = S["PieceGiven"];

/** A view of the desk: what waits for me, or a part of the district. */
export type Group = "ack" | "measure" | "verify" | "told" | "open" | "unverified" | "overdue" | "insufficient" | "closed" | "all";
export const MY_GROUPS: readonly Group[] = ["ack", "measure", "verify", "told"];
export const DISTRICT_GROUPS: readonly Group[] = ["open", "unverified", "overdue", "insufficient", "closed", "all"];
/** How many are asked for first, and how many more as somebody goes on; the centre gives no more than MOST at once. */
export const PAGE = 60;
const MOST = 1000;

type InboxQuery = operations["listInbox"]["parameters"]["query"];

function inboxQuery(group: Group): InboxQuery | null {
  switch (group) {
    case "ack":
    case "measure":
    case "verify":
    case "told":
      return { mine: group };
    case "overdue":
      return { overdue: true };
    case "insufficient":
      return { rule: ["evidence"] };
    case "unverified":
      return { state: ["recovered", "evidence"] };
    default:
      return null; // warnings nobody works on, such as those found out too late, belong to these lists too
  }
}

/** The first `limit` warnings of a group, heaviest first; `project` null = all, no `levels` = of every level. */
export function useGroup(group: Ref<Group>, project: Ref<string | null>, limit: Ref<number>, levels: Ref<readonly Level[]> = ref([])) {
  return useQuery<WarningList>({
    queryKey: computed(() => ["warnings", group.value, project.value, levels.value, limit.value]),
    placeholderData: keepPreviousData,
    queryFn: () => loadGroup(group.value, { ...(project.value ? { project: project.value } : {}), ...(levels.value.length ? { level: [...levels.value] } : {}), limit: Math.min(limit.value, MOST) }),
  });
}

async function loadGroup(group: Group, of: { project?: string; level?: Level[]; limit: number }): Promise<WarningList> {
  const query = inboxQuery(group);
  if (query) return need(client.GET("/api/v1/warnings/inbox", { params: { query: { ...query, ...of, sort: "due" } } }), "/warnings/inbox");
  const state = group === "closed" || group === "all" ? group : "open";
  return need(client.GET("/api/v1/warnings", { params: { query: { state, ...of } } }), "/warnings");
}

/** One warning; none while the id is null. */
export function useWarning(id: Ref<string | null>) {
  return useQuery<PlanWarning | null>({
    queryKey: computed(() => ["warnings", "one", id.value]),
    queryFn: () => (id.value === null ? null : need(client.GET("/api/v1/warnings/{warning_id}", { params: { path: { warning_id: id.value } } }), `/warnings/${id.value}`)),
  });
}

export function useInboxCounts() {
  return useQuery<InboxCounts>({ queryKey: ["warnings", "counts"], queryFn: () => need(client.GET("/api/v1/warnings/counts"), "/warnings/counts") });
}

/** How many cases are mended as far as the rules see, and wait for somebody to verify it. */
export function useUnverifiedCount() {
  return useQuery<number>({
    queryKey: ["warnings", "unverified", "count"],
    queryFn: async () => (await need(client.GET("/api/v1/warnings/inbox", { params: { query: { state: ["recovered", "evidence"], limit: 1 } } }), "/warnings/inbox")).total,
  });
}

export function useCase(warning: Ref<string>) {
  return useQuery<CaseDetail>({
    queryKey: computed(() => ["warnings", "case", warning.value]),
    queryFn: () => need(client.GET("/api/v1/warnings/{warning_id}/case", { params: { path: { warning_id: warning.value } } }), `/warnings/${warning.value}/case`),
  });
}

/** Acts that ask for words. */
export type Asked = "verify" | "waive" | "false_alarm" | "press" | "note" | "return";

/** An act and what it needs; the page offers those that the centre says may be done. */
export type Act =
  | { act: "acknowledge"; version: number }
  | { act: "assign"; order: OrderGiven }
  | { act: "verify"; note: string; cause: string; version: number }
  | { act: "waive" | "false_alarm"; reason: string; version: number }
  | { act: "cause"; cause: string; note: string }
  | { act: "press" | "note"; note: string }
  | { act: "start" | "submit" | "return"; measure: string; note: string; evidence: Piece[] };

export function useAct(warning: Ref<string>) {
  const queries = useQueryClient();
  return useMutation<unknown, Error, Act>({
    mutationFn: (act) => done(warning.value, act),
    onSettled: () => queries.invalidateQueries({ queryKey: ["warnings"] }),
  });
}

function done(warning_id: string, given: Act): Promise<unknown> {
  const params = { path: { warning_id } };
  switch (given.act) {
    case "acknowledge":
      return need(client.POST("/api/v1/warnings/{warning_id}/acknowledge", { params, body: { version: given.version } }), "/acknowledge");
    case "assign":
      return need(client.POST("/api/v1/warnings/{warning_id}/assign", { params, body: given.order as S["OrderGiven"] }), "/assign");
    case "verify":
      return need(client.POST("/api/v1/warnings/{warning_id}/verify", { params, body: { note: given.note, cause: given.cause, department: "", version: given.version } }), "/verify");
    case "waive":
      return need(client.POST("/api/v1/warnings/{warning_id}/waive", { params, body: { reason: given.reason, version: given.version } }), "/waive");
    case "false_alarm":
      return need(client.POST("/api/v1/warnings/{warning_id}/false-alarm", { params, body: { reason: given.reason, version: given.version } }), "/false-alarm");
    case "cause":
      return need(client.POST("/api/v1/warnings/{warning_id}/cause", { params, body: { cause: given.cause, department: "", note: given.note } }), "/cause");
    case "press":
      return need(client.POST("/api/v1/warnings/{warning_id}/press", { params, body: { note: given.note } }), "/press");
    case "note":
      return need(client.POST("/api/v1/warnings/{warning_id}/note", { params, body: { note: given.note } }), "/note");
    case "start":
    case "submit":
    case "return":
      return onMeasure(given);
  }
}

function onMeasure({ act, measure, note, evidence }: Extract<Act, { measure: string }>): Promise<unknown> {
  const params = { path: { rectification_id: measure } };
  if (act === "start") return need(client.POST("/api/v1/rectifications/{rectification_id}/start", { params }), "/start");
  if (act === "submit") return need(client.POST("/api/v1/rectifications/{rectification_id}/evidence", { params, body: { evidence, note } }), "/evidence");
  return need(client.POST("/api/v1/rectifications/{rectification_id}/return", { params, body: { reason: note, version: null } }), "/return");
}

export function useAcknowledgeMany() {
  const queries = useQueryClient();
  return useMutation<S["AcknowledgedList"], Error, string[]>({
    mutationFn: (warnings) => need(client.POST("/api/v1/warnings/acknowledge", { body: { warnings } }), "/warnings/acknowledge"),
    onSettled: () => queries.invalidateQueries({ queryKey: ["warnings"] }),
  });
}

export type { PlanWarning };
