/** Money: the audit query with its proof, what is odd, and what may be paid. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { authorised, client, need } from "./client";
import { faultFrom } from "./fault";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type Statement = S["LedgerStatement"];
export type LedgerEntry = S["LedgerEntry"];
export type Disbursement = S["Disbursement"];
export type ProjectMoney = S["ProjectMoney"];
export type EarnedValue = S["EarnedValueShown"];
export type FundKind = LedgerEntry["kind"];

export interface Asked {
  from: string;
  to: string;
  project: string | null;
  payee: string | null;
  kind: FundKind | null;
}

function query(asked: Asked, more: { after?: string } = {}) {
  const { from, to, project, payee, kind } = asked;
  return { from, to, limit: 100, ...(project ? { project } : {}), ...(payee ? { payee } : {}), ...(kind ? { kind } : {}), ...more };
}

/** Pages of a period; sums and proof are those of the whole period on each page. */
export function useStatement(asked: Ref<Asked>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["ledger", asked.value]),
    placeholderData: keepPreviousData,
    initialPageParam: "",
    queryFn: ({ pageParam }) => need(client.GET("/api/v1/ledger", { params: { query: query(asked.value, pageParam ? { after: pageParam } : {}) } }), "/ledger"),
    getNextPageParam: (page: Statement) => page.after ?? undefined,
  });
}

export function useConflicts() {
  return useQuery<S["LedgerConflicts"]>({ queryKey: ["ledger", "conflicts"], queryFn: () => need(client.GET("/api/v1/ledger/conflicts", { params: { query: { limit: 100 } } }), "/ledger/conflicts") });
}

export function useSuspicions(asked: Ref<Asked>) {
  return useQuery<S["LedgerSuspicions"]>({
    queryKey: computed(() => ["ledger", "suspicions", asked.value.from, asked.value.to, asked.value.project]),
    queryFn: () => {
      const { from, to, project } = asked.value;
      return need(client.GET("/api/v1/ledger/suspicions", { params: { query: { from, to, ...(project ? { project } : {}) } } }), "/ledger/suspicions");
    },
  });
}

export function useProjectMoney(project: Ref<string | null>) {
  return useQuery<ProjectMoney>({
    queryKey: computed(() => ["money", project.value]),
    enabled: computed(() => project.value !== null),
    queryFn: () => need(client.GET("/api/v1/projects/{project_id}/money", { params: { path: { project_id: project.value ?? "" } } }), "/money"),
  });
}

export function useDisbursement(project: Ref<string | null>) {
  return useQuery<Disbursement>({
    queryKey: computed(() => ["disbursement", project.value]),
    enabled: computed(() => project.value !== null),
    queryFn: () => need(client.GET("/api/v1/projects/{project_id}/disbursement", { params: { path: { project_id: project.value ?? "" } } }), "/disbursement"),
  });
}

/** The package that verifies offline, saved by the browser. */
export async function saveExport({ from, to, project }: Asked): Promise<void> {
  const params = new URLSearchParams({ from, to, ...(project ? { project } : {}) });
  const url = `/api/v1/ledger/export?${params}`;
  const answer = await authorised(url).catch(() => {
    throw faultFrom(null, 0, url);
  });
  if (!answer.ok) throw faultFrom(await answer.json().catch(() => null), answer.status, url);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `ledger_${from}_${to}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
