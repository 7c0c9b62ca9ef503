/** Accounts: who is there, what each may do where; what an admin does about it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { client, need } from "./client";
import type { components } from "./schema.gen";

type S = components["schemas"];
export type Account = S["AccountShown"];
export type Grant = S["GrantShown"];
export type GrantGiven = S["GrantGiven"];
export type Role = S["RoleShown"]["role"];
export type RoleList = S["RoleList"];

export interface PeopleAsked {
  find: string;
  role: Role | null;
  state: "open" | "closed" | "all";
  limit: number;
}

export function useAccounts(asked: Ref<PeopleAsked>) {
  return useQuery<S["AccountList"]>({
    queryKey: computed(() => ["accounts", asked.value]),
    placeholderData: keepPreviousData,
    queryFn: () => {
      const { find, role, state, limit } = asked.value;
      return need(client.GET("/api/v1/accounts", { params: { query: { find, state, limit, ...(role ? { role } : {}) } } }), "/accounts");
    },
  });
}

export function useAccount(username: Ref<string | null>) {
  return useQuery<Account>({
    queryKey: computed(() => ["accounts", "one", username.value]),
    enabled: computed(() => username.value !== null),
    queryFn: () => need(client.GET("/api/v1/accounts/{username}", { params: { path: { username: username.value ?? "" } } }), "/accounts"),
  });
}

export function useRoles() {
  return useQuery<RoleList>({ queryKey: ["accounts", "roles"], staleTime: 300_000, queryFn: () => need(client.GET("/api/v1/accounts/roles"), "/accounts/roles") });
}

export function useAccountActs() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["accounts"] });
  const of = (username: string) => ({ params: { path: { username } } });
  return {
    open: useMutation<Account, Error, S["AccountGiven"]>({ mutationFn: (body) => need(client.POST("/api/v1/accounts", { body }), "/accounts"), onSettled }),
    give: useMutation<Account, Error, { username: string; given: GrantGiven }>({ mutationFn: ({ username, given }) => need(client.POST("/api/v1/accounts/{username}/grants", { ...of(username), body: given }), "/grants"), onSettled }),
    withdraw: useMutation<Account, Error, { username: string; grant: number; basis: string }>({ mutationFn: ({ username, grant, basis }) => need(client.POST("/api/v1/accounts/{username}/grants/{grant}/withdraw", { params: { path: { username, grant } }, body: { basis } }), "/withdraw"), onSettled }),
    setActive: useMutation<Account, Error, { username: string; active: boolean; basis: string }>({ mutationFn: ({ username, ...body }) => need(client.PUT("/api/v1/accounts/{username}/active", { ...of(username), body }), "/active"), onSettled }),
    setPassword: useMutation<Account, Error, { username: string; password: string }>({ mutationFn: ({ username, password }) => need(client.PUT("/api/v1/accounts/{username}/password", { ...of(username), body: { password } }), "/password"), onSettled }),
  };
}
