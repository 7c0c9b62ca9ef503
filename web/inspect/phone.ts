/** What the screens share: who is signed in, the round taken along, what is still on this phone, and whether it moves. */
import { computed, reactive, ref, shallowRef } from "vue";
import { client, need, useTokenFrom } from "@/api/client";
import { Door, type Message, type Round } from "./door";
import { Drain, type Going } from "./drain";
import { Outbox, type PhotoKept, type Receipt, type RecordKept } from "./outbox";

interface Session {
  token: string;
  until_ms: number;
  username: string;
  name: string;
}

/** What was taken along, and whose it is. */
interface Kept {
  round: Round;
  messages?: Message[];
  at: number;
  user: string;
}

interface Speed {
  at: number;
  bytes: number;
}

const RENEW_BEFORE_MS = 10 * 60_000;
const SPEED_OVER_MS = 15_000;
const DAY_MS = 86_400_000;

export const session = ref<Session | null>(null);
export const ended = ref<string | null>(null);
export const round = shallowRef<Round | null>(null);
export const roundAt = ref<number | null>(null);
export const roundFault = ref<Error | null>(null);
export const messages = shallowRef<Message[]>([]);
export const seenUntil = ref(0);
export const photos = shallowRef<PhotoKept[]>([]);
export const records = shallowRef<RecordKept[]>([]);
export const receipts = shallowRef<Receipt[]>([]);
export const going = ref<Going>("idle");
export const moving = reactive({ id: null as string | null, sent: 0 });
export const online = ref(navigator.onLine);
export const wifiOnly = ref(false);
export const ready = ref(false);
export const speed_bps = ref<number | null>(null);
export const persisted = ref(false);

export const signedIn = computed(() => session.value !== null && session.value.until_ms > Date.now());
export const unread = computed(() => messages.value.filter((one) => Date.parse(one.queued_at) > seenUntil.value).length);
const mine = computed(() => photos.value.filter((photo) => photo.user === session.value?.username));
export const myPhotos = mine;
export const myRecords = computed(() => records.value.filter((record) => record.user === session.value?.username));
export const others = computed(() => photos.value.length + records.value.length - mine.value.length - myRecords.value.length);
export const waitingBytes = computed(() => mine.value.reduce((sum, photo) => sum + photo.bytes.byteLength - sentOf(photo), 0));

export function sentOf(photo: PhotoKept): number {
  return moving.id === photo.id ? Math.max(moving.sent, photo.sent) : photo.sent;
}

interface Connection {
  type?: string;
}
const connection = () => (navigator as Navigator & { connection?: Connection }).connection;
export const knowsWifi = connection()?.type !== undefined;

let outbox: Outbox;
let drain: Drain;
let door: Door;
let measured: Speed[] = [];

export async function begin(): Promise<void> {
  outbox = await Outbox.open();
  session.value = await outbox.kept<Session>("session");
  wifiOnly.value = (await outbox.kept<boolean>("wifi_only")) ?? false;
  const kept = await outbox.kept<Kept>("round");
  if (kept && kept.user === session.value?.username) [round.value, roundAt.value, messages.value] = [kept.round, kept.at, kept.messages ?? []];
  seenUntil.value = (await outbox.kept<number>("seen_until")) ?? 0;
  useTokenFrom({ token, refused: (code) => void end(code) });
  door = new Door(token, (code) => void end(code));
  drain = new Drain(outbox, door, () => (token() ? (session.value?.username ?? null) : null), mayGo, {
    going: (state) => void (going.value = state),
    sending: noteSending,
    changed: () => void look(),
  });
  addEventListener("online", () => void (online.value = true));
  addEventListener("offline", () => void (online.value = false));
  await look();
  ready.value = true;
  drain.start();
  void takeRound();
  persisted.value = (await navigator.storage?.persisted?.()) ?? false;
}

export async function signIn(username: string, password: string): Promise<void> {
  const got = await need(client.POST("/api/v1/auth/login", { body: { username, password } }), "/auth/login");
  const bearer = { Authorization: `Bearer ${got.access_token}` };
  const me = await need(client.GET("/api/v1/auth/me", { headers: bearer }), "/auth/me");
  if ((await outbox.kept<{ user: string }>("round"))?.user !== me.username) [round.value, roundAt.value, messages.value] = [null, null, []];
  ended.value = null;
  await hold({ token: got.access_token, until_ms: Date.now() + got.expires_in * 1000, username: me.username, name: me.name });
  persisted.value = (await navigator.storage?.persist?.()) ?? false;
  drain.now();
  void takeRound();
}

/** The person stays known, so that what is on the phone stays his; the token goes. */
export async function end(because: string | null): Promise<void> {
  if (session.value) await hold({ ...session.value, token: "", until_ms: 0 });
  ended.value = because;
}

export async function save(kept: readonly PhotoKept[], record: RecordKept | null): Promise<void> {
  await outbox.save(kept, record);
  await look();
  drain.now();
}

export async function tryAgain(id: string): Promise<void> {
  await outbox.change(id, { state: "saved", fault: null });
  await outbox.changeRecord(id, { state: "saved", fault: null });
  await look();
  drain.now();
}

export async function discard(id: string): Promise<void> {
  await outbox.discard(id);
  await look();
}

export async function setWifiOnly(only: boolean): Promise<void> {
  wifiOnly.value = only;
  await outbox.keep("wifi_only", only);
  drain.now();
}

/** The messages that are there now have been looked at. */
export async function seen(): Promise<void> {
  seenUntil.value = Math.max(seenUntil.value, ...messages.value.map((one) => Date.parse(one.queued_at)));
  await outbox.keep("seen_until", seenUntil.value);
}

/** Today's tasks and sites, kept for where there is no network. The old ones stay when nobody answers. */
export async function takeRound(): Promise<void> {
  if (!token()) return;
  try {
    await renew();
    const [fresh, told] = await Promise.all([door.round(), door.messages()]);
    [round.value, roundAt.value, roundFault.value, messages.value] = [fresh, Date.now(), null, told];
    await outbox.keep("round", { round: fresh, messages: told, at: roundAt.value, user: session.value?.username });
  } catch (fault) {
    roundFault.value = fault instanceof Error ? fault : new Error(String(fault));
  }
}

function token(): string | null {
  return session.value && session.value.until_ms > Date.now() ? session.value.token : null;
}

async function hold(next: Session): Promise<void> {
  session.value = next;
  await outbox.keep("session", next);
}

async function renew(): Promise<void> {
  if (!session.value || session.value.until_ms - Date.now() > RENEW_BEFORE_MS) return;
  const got = await need(client.POST("/api/v1/auth/refresh"), "/auth/refresh");
  await hold({ ...session.value, token: got.access_token, until_ms: Date.now() + got.expires_in * 1000 });
}

function mayGo(): boolean {
  return !wifiOnly.value || !knowsWifi || ["wifi", "ethernet"].includes(connection()?.type ?? "");
}

async function look(): Promise<void> {
  const since = new Date().setHours(0, 0, 0, 0);
  [photos.value, records.value, receipts.value] = await Promise.all([outbox.photos(), outbox.records(), outbox.receipts(Math.min(since, Date.now() - DAY_MS))]);
}

function noteSending(id: string | null, sent: number): void {
  const now = Date.now();
  if (id === null || id !== moving.id) measured = [];
  else {
    measured = [...measured.filter((one) => now - one.at < SPEED_OVER_MS), { at: now, bytes: sent }];
    const [first] = measured;
    if (first && now - first.at > 1000) speed_bps.value = ((sent - first.bytes) * 1000) / (now - first.at);
  }
  moving.id = id;
  moving.sent = sent;
}
