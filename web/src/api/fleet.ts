/** What is asked about devices beside the fleet itself: the day, and for administrators what was ordered and refused. */
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";
import type { SecurityEventList } from "./types";

type S = components["schemas"];
export type FleetDay = S["FleetDay"];
export type CameraDay = S["CameraDay"];
export type GatewayConfig = S["ConfigShown"];
const EVENTS = 50;

/** Readings of the last 24 hours; asked for beside the fleet, which does not wait for it. */
export function useFleetDay() {
  return useQuery<FleetDay>({ queryKey: ["fleet", "day"], refetchInterval: 300_000, queryFn: () => need(client.GET("/api/v1/fleet/day"), "/fleet/day") });
}

export function useGatewayConfig(gateway: Ref<string>, enabled: Ref<boolean>) {
  return useQuery<S["ConfigHistory"]>({
    queryKey: computed(() => ["fleet", "config", gateway.value]),
    enabled,
    queryFn: () => need(client.GET("/api/v1/gateways/{gateway}/config", { params: { path: { gateway: gateway.value } } }), `/gateways/${gateway.value}/config`),
  });
}

export function useEventsOf(gateway: Ref<string>, enabled: Ref<boolean>) {
  return useQuery<SecurityEventList>({
    queryKey: computed(() => ["security-events", gateway.value]),
    enabled,
    queryFn: () => need(client.GET("/api/v1/security-events", { params: { query: { limit: EVENTS, gateway: gateway.value } } }), "/security-events"),
  });
}
