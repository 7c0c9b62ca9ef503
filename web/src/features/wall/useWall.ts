/** What the wall shows, asked for once for all screens; the age of its clocks is the centre's. */
import { useQuery } from "@tanstack/vue-query";
import { client, need } from "@/api/client";
import type { components } from "@/api/schema.gen";

type S = components["schemas"];
export type Wall = S["Wall"];
export type StreetRow = S["StreetRow"];
export type Dual = S["Dual"];
export type Spot = S["Spot"];

const EVERY_MS = 30_000;

export function useWall() {
  return useQuery<Wall>({
    queryKey: ["wall"],
    refetchInterval: EVERY_MS,
    refetchIntervalInBackground: true,
    queryFn: () => need(client.GET("/api/v1/wall"), "/wall"),
  });
}
