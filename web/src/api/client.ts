/** The one way to the centre: same origin, bearer token, faults as exceptions. */
import createClient from "openapi-fetch";
import { ApiFault, faultFrom } from "./fault";
import type { paths } from "./schema.gen";

interface TokenSource {
  token(): string | null;
  /** The centre does not take the token any more; `code` is token_expired, token_invalid or token_missing. */
  refused(code: string): void;
}

let source: TokenSource = { token: () => null, refused: () => undefined };

export function useTokenFrom(next: TokenSource): void {
  source = next;
}

export const client = createClient<paths>({ baseUrl: "" });

/** Answers that came with a tag, by address: nothing is sent again that this tab has. The oldest go first. */
const had = new Map<string, { tag: string; text: string }>();
const HAD_MAX = 24;

/** When somebody signs out: what he saw is nobody else's. */
export function forgetAnswers(): void {
  had.clear();
}

client.use({
  onRequest({ request }) {
    const token = source.token();
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    const known = request.method === "GET" ? had.get(request.url) : undefined;
    if (known) request.headers.set("If-None-Match", known.tag);
    return request;
  },
  async onResponse({ request, response }) {
    if (request.method !== "GET") return undefined;
    const known = had.get(request.url);
    if (response.status === 304 && known) return new Response(known.text, { status: 200, headers: { "Content-Type": "application/json" } });
    const tag = response.headers.get("ETag");
    if (!response.ok || !tag) return undefined;
    had.delete(request.url);
    had.set(request.url, { tag, text: await response.clone().text() });
    const oldest = had.keys().next();
    if (had.size > HAD_MAX && !oldest.done) had.delete(oldest.value);
    return undefined;
  },
});

interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Data, or an ApiFault. A refused token also ends the session (a failed login does not). */
export async function need<T>(pending: Promise<Reply<T>>, where: string): Promise<T> {
  const reply = await pending.catch(() => {
    throw faultFrom(null, 0, where);
  });
  if (reply.data !== undefined && reply.response.ok) return reply.data;
  throw refused(reply.error, reply.response.status, where);
}

/** The fault of a refused request; a refused token also ends the session. */
export function refused(error: unknown, status: number, where: string): ApiFault {
  const fault = faultFrom(error, status, where);
  if (fault.fields.status === 401 && fault.fields.code.startsWith("token")) source.refused(fault.fields.code);
  return fault;
}

/** What a request of one's own says of who asks; nothing when nobody is signed in. */
export function bearer(): string {
  const token = source.token();
  return token ? `Bearer ${token}` : "";
}

/** Bytes behind a protected address (an evidence still). */
export async function fetchBlob(url: string, signal?: AbortSignal): Promise<Blob> {
  const answer = await authorised(url, signal).catch(() => {
    throw faultFrom(null, 0, url);
  });
  if (!answer.ok) throw faultFrom(await answer.json().catch(() => null), answer.status, url);
  return answer.blob();
}

export function authorised(url: string, signal?: AbortSignal): Promise<Response> {
  const token = source.token();
  return fetch(url, { headers: token ? { Authorization: `Bearer ${token}` } : {}, signal: signal ?? null });
}

export { ApiFault };
