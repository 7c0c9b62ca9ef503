/** Files that an office hands in (plans, sheets of the ledger) with how far they are; revisions, locks, classes. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { bearer, client, need, refused } from "./client";
import { faultFrom } from "./fault";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type PlanChecked = S["PlanChecked"];
export type Imported = S["Imported"];
export type LedgerImported = S["LedgerImported"];
export type LedgerConflict = S["LedgerConflict"];
export type Proposal = S["ProposalShown"];

/** A file as a form; `onShare` hears how much of it is with the centre (0 to 1). `fetch` tells nobody that. */
function sendFile<T>(url: string, file: File, onShare: (share: number) => void): Promise<T> {
  const form = new FormData();
  form.append("file", file);
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Authorization", bearer());
    request.upload.onprogress = ({ loaded, total }) => onShare(total ? loaded / total : 0);
    request.onerror = request.onabort = () => reject(faultFrom(null, 0, url));
    request.onload = () => {
      onShare(1);
      const answer = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) resolve(answer as T);
      else reject(refused(answer, request.status, url));
    };
    request.send(form);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not the centre's words: the status says what there is to say
  }
}

export const checkPlan = (file: File, onShare: (share: number) => void) => sendFile<PlanChecked>("/api/v1/projects/check", file, onShare);
export const importPlan = (file: File, reason: string, onShare: (share: number) => void) => sendFile<Imported>(`/api/v1/projects/import?${new URLSearchParams({ reason })}`, file, onShare);
export const importLedger = (file: File, onShare: (share: number) => void) => sendFile<LedgerImported>("/api/v1/ledger/import", file, onShare);

/** A proposed revision is put in force, refused, or taken back by who proposed it. */
export function useProposalActs(project: Ref<string>) {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(project.value) });
  const params = (proposal: number) => ({ params: { path: { project_id: project.value, proposal } } });
  return {
    decide: useMutation<S["Revisions"], Error, { proposal: number; approve: boolean; remark: string }>({ mutationFn: ({ proposal, ...body }) => need(client.POST("/api/v1/projects/{project_id}/proposals/{proposal}/decision", { ...params(proposal), body }), "/decision"), onSettled }),
    withdraw: useMutation<S["Revisions"], Error, number>({ mutationFn: (proposal) => need(client.DELETE("/api/v1/projects/{project_id}/proposals/{proposal}", params(proposal)), "/proposals"), onSettled }),
  };
}

/** Files of the ledger, the newest first; asked for each second while one is on its way. */
export function useLedgerImports(busy: Ref<boolean>) {
  return useQuery<S["LedgerImports"]>({
    queryKey: ["ledger", "imports"],
    refetchInterval: () => (busy.value ? 1_000 : false),
    queryFn: () => need(client.GET("/api/v1/ledger/imports", { params: { query: { limit: 20 } } }), "/ledger/imports"),
  });
}

const ROWS = 200;

/** One file with the rows that were not taken; `rows` = how many of them. */
export function useLedgerImport(id: Ref<number | null>, rows: Ref<number>) {
  return useQuery<S["LedgerImport"]>({
    queryKey: computed(() => ["ledger", "import", id.value, rows.value]),
    enabled: computed(() => id.value !== null),
    queryFn: () => need(client.GET("/api/v1/ledger/imports/{import_id}", { params: { path: { import_id: id.value ?? 0 }, query: { limit: Math.min(500, Math.max(ROWS, rows.value)) } } }), "/ledger/imports"),
  });
}

/** Other content under a known voucher that came since an instant: all pages, the oldest first. */
export function useConflictsSince(since: Ref<string | null>) {
  return useQuery<LedgerConflict[]>({
    queryKey: computed(() => ["ledger", "conflicts", since.value]),
    enabled: computed(() => since.value !== null),
    queryFn: async () => {
      const found: LedgerConflict[] = [];
      let after: number | null = 0;
      while (after !== null) {
        const page: S["LedgerConflicts"] = await need(client.GET("/api/v1/ledger/conflicts", { params: { query: { limit: 500, after } } }), "/ledger/conflicts");
        found.push(...page.conflicts.filter((one) => one.given_at >= (since.value ?? "")));
        after = page.after;
      }
      return found;
    },
  });
}

export function useLedgerLock() {
  return useQuery<S["LedgerLock"]>({ queryKey: ["ledger", "lock"], queryFn: () => need(client.GET("/api/v1/ledger/locks"), "/ledger/locks") });
}

export function useLockLedger() {
  const queries = useQueryClient();
  return useMutation<S["LedgerLock"], Error, string>({ mutationFn: (month) => need(client.POST("/api/v1/ledger/locks", { body: { month } }), "/ledger/locks"), onSettled: () => queries.invalidateQueries({ queryKey: ["ledger"] }) });
}

/** What a project is in particular, and its sector. */
export function useClass(project: Ref<string>) {
  return useQuery<S["ClassShown"]>({ queryKey: computed(() => ["class", project.value]), queryFn: () => need(client.GET("/api/v1/projects/{project_id}/class", { params: { path: { project_id: project.value } } }), "/class") });
}

export function useSectors() {
  return useQuery<S["SectorList"]>({ queryKey: ["indicator-sectors"], staleTime: 300_000, queryFn: () => need(client.GET("/api/v1/indicator-sectors"), "/indicator-sectors") });
}

export function usePutClass(project: Ref<string>) {
  const queries = useQueryClient();
  return useMutation<S["ClassShown"], Error, { kind: string; sector: string }>({
    mutationFn: (body) => need(client.PUT("/api/v1/projects/{project_id}/class", { params: { path: { project_id: project.value } }, body }), "/class"),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: ["class"] }), queries.invalidateQueries({ queryKey: ["insight"] })]),
  });
}
