/** Who is signed in. The token lives in this tab only (sessionStorage) and is renewed while it is still good. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { client, forgetAnswers, need, useTokenFrom } from "@/api/client";
import type { Action, Me } from "@/api/types";

const KEY = "siteprogress.token";
const RENEW_AFTER_SHARE = 0.8; // of what is left of the token's life
const RENEW_WAIT_MS_MIN = 1_000;

interface Held {
  token: string;
  until_ms: number;
}

/** What this tab kept, or null when it is nothing of ours. */
function parsed(text: string | null): Held | null {
  try {
    const found = JSON.parse(text ?? "null") as Partial<Held> | null;
    return typeof found?.token === "string" && typeof found.until_ms === "number" ? (found as Held) : null;
  } catch {
    return null;
  }
}

function read(): Held | null {
  const held = parsed(sessionStorage.getItem(KEY));
  return held && held.until_ms > Date.now() ? held : null;
}

export const useSession = defineStore("session", () => {
  const held = ref<Held | null>(read());
  const me = ref<Me | null>(null);
  const endedBecause = ref<string | null>(null);
  let renewal: ReturnType<typeof setTimeout> | undefined;

  const signedIn = computed(() => held.value !== null);

  /** Whether the centre would let this person do it to anything: what a page offers at all. Of one thing, its own answer says. */
  const may = (action: Action): boolean => me.value?.may.includes(action) ?? false;

  /** The same of everything in the district: what belongs to no project. */
  const mayEverywhere = (action: Action): boolean => me.value?.may_everywhere.includes(action) ?? false;

  function hold(token: string, expires_in: number): void {
    held.value = { token, until_ms: Date.now() + expires_in * 1000 };
    sessionStorage.setItem(KEY, JSON.stringify(held.value));
    endedBecause.value = null;
    planRenewal();
  }

  function planRenewal(): void {
    clearTimeout(renewal);
    if (!held.value) return;
    const wait_ms = Math.max(RENEW_WAIT_MS_MIN, (held.value.until_ms - Date.now()) * RENEW_AFTER_SHARE);
    renewal = setTimeout(() => void renew(), wait_ms);
  }

  async function renew(): Promise<void> {
    try {
      const got = await need(client.POST("/api/v1/auth/refresh"), "/auth/refresh");
      hold(got.access_token, got.expires_in);
    } catch {
      if (held.value && held.value.until_ms > Date.now()) planRenewal();
      else end("token_expired");
    }
  }

  async function signIn(username: string, password: string): Promise<void> {
    const got = await need(client.POST("/api/v1/auth/login", { body: { username, password } }), "/auth/login");
    hold(got.access_token, got.expires_in);
    await load();
  }

  async function load(): Promise<void> {
    me.value = await need(client.GET("/api/v1/auth/me"), "/auth/me");
  }

  function end(because: string | null): void {
    clearTimeout(renewal);
    sessionStorage.removeItem(KEY);
    forgetAnswers();
    held.value = null;
    me.value = null;
    endedBecause.value = because;
  }

  useTokenFrom({ token: () => held.value?.token ?? null, refused: (code) => end(code) });
  planRenewal();

  return { me, may, mayEverywhere, signedIn, endedBecause, signIn, load, end };
});
