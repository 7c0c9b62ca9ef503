/** What anybody may read without a token. A guest of an open day, signed in, also sees what he was invited to. */
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { useSession } from "@/session/session";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type PublicDistrict = S["PublicDistrict"];
export type PublicProject = S["PublicProject"];
export type PublicStatus = PublicProject["status"];

export function usePublicDistrict() {
  return useQuery<PublicDistrict>({ queryKey: ["public"], queryFn: load });
}

async function load(): Promise<PublicDistrict> {
  const session = useSession();
  if (session.signedIn && !session.me) await session.load().catch(() => undefined);
  if (session.may("visit")) return need(client.GET("/api/v1/visit/projects"), "/visit/projects");
  return need(client.GET("/api/v1/public/projects"), "/public/projects");
}

/** One project, which is in the list too; alone it comes faster on a phone at the fence. */
export function usePublicProject(code: Ref<string>) {
  return useQuery<PublicProject>({
    queryKey: computed(() => ["public", code.value]),
    queryFn: async () => {
      const session = useSession();
      if (session.signedIn) {
        const found = (await load()).projects.find((one) => one.code === code.value);
        if (found) return found;
      }
      return need(client.GET("/api/v1/public/projects/{code}", { params: { path: { code: code.value } } }), "/public/projects");
    },
  });
}
