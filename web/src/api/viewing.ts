/** Who looked at which pictures and why, and what one says oneself before one looks. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type View = S["ViewShown"];
export type Purpose = S["PurposeShown"];

export interface ViewsAsked {
  project: string | null;
  person: string | null;
  sha256: string | null;
}
const PAGE = 50;

export function useViews(asked: Ref<ViewsAsked>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["views", asked.value]),
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => {
      const said = Object.entries({ ...asked.value, before: pageParam }).filter(([, value]) => value !== null);
      return need(client.GET("/api/v1/evidence-views", { params: { query: { limit: PAGE, ...Object.fromEntries(said) } } }), "/evidence-views");
    },
    getNextPageParam: (page) => page.next,
  });
}

export function useViewingPurpose(project: Ref<string>, enabled: Ref<boolean>) {
  return useQuery<Purpose>({
    queryKey: computed(() => ["viewing-purpose", project.value]),
    enabled,
    staleTime: 600_000,
    queryFn: () => need(client.GET("/api/v1/projects/{project_id}/viewing-purpose", { params: { path: { project_id: project.value } } }), "/viewing-purpose"),
  });
}

export function useStatePurpose(project: Ref<string>) {
  const queries = useQueryClient();
  return useMutation<Purpose, Error, { purpose: Purpose["usual"]; remark: string }>({
    mutationFn: (body) => need(client.POST("/api/v1/projects/{project_id}/viewing-purpose", { params: { path: { project_id: project.value } }, body }), "/viewing-purpose"),
    onSuccess: (said) => queries.setQueryData(["viewing-purpose", project.value], said),
  });
}

/** A picture that is shown already is looked at once more, past the browser's memory: the register then has it with the purpose that was said. */
export async function lookAgain(sha256: string): Promise<void> {
  await need(client.GET("/api/v1/evidence/{sha256}", { params: { path: { sha256 } }, parseAs: "blob", cache: "reload" }), `/evidence/${sha256}`);
}
