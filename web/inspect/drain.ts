/** Sends what is in the outbox, one after the other, oldest first, whenever there is a way: at the start, when the network
 * returns, when the page is looked at again, and by a clock that waits longer after each failure. No Background Sync is
 * needed, so it works in WeChat's browser too. Nothing leaves the phone but with the centre's receipt. */
import { ApiFault } from "@/api/fault";
import type { Door } from "./door";
import type { Outbox, PhotoKept, RecordKept } from "./outbox";

const WAIT_MS_MIN = 2_000;
const WAIT_MS_MAX = 60_000;
const LOCK = "siteprogress-inspect-drain";
const LATER = new Set([0, 408, 409, 423, 425, 429, 460, 500, 502, 503, 504, 507]);

export type Going = "idle" | "sending" | "waiting" | "signed_out" | "held";

export interface Drained {
  going(state: Going): void;
  sending(id: string | null, sent: number): void;
  changed(): void;
}

export class Drain {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait_ms = WAIT_MS_MIN;
  private running = false;
  private again = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly door: Door,
    private readonly user: () => string | null,
    private readonly mayGo: () => boolean,
    private readonly told: Drained,
  ) {}

  start(): void {
    addEventListener("online", () => this.now());
    addEventListener("pageshow", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.now();
    });
    this.now();
  }

  /** Try at once, whatever was being waited for. */
  now(): void {
    this.wait_ms = WAIT_MS_MIN;
    void this.go();
  }

  private async go(): Promise<void> {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      do {
        this.again = false;
        await alone(() => this.pass());
      } while (this.again);
    } finally {
      this.running = false;
    }
  }

  private async pass(): Promise<void> {
    const user = this.user();
    if (!user) return this.told.going("signed_out");
    if (!this.mayGo()) return this.told.going("held");
    this.told.going("sending");
    try {
      const carried = (await this.photos(user)) && (await this.records(user));
      if (carried) this.wait_ms = WAIT_MS_MIN;
      this.told.going(carried ? "idle" : "waiting");
      if (!carried) this.later();
    } finally {
      this.told.sending(null, 0);
      this.told.changed();
    }
  }

  /** False when the line is broken and the rest has to wait. */
  private async photos(user: string): Promise<boolean> {
    for (const photo of await this.outbox.photos()) {
      if (photo.user !== user || photo.state === "refused") continue;
      const fault = await this.photo(photo).then(() => null, (error: unknown) => error);
      if (fault && !(await this.noted(photo, fault))) return false;
      this.told.changed();
    }
    return true;
  }

  private async photo(photo: PhotoKept): Promise<void> {
    let standing = await this.door.announce(photo);
    this.told.sending(photo.id, standing.offset);
    let kept = standing.offset;
    if (!standing.done) {
      await this.door.send(photo, standing, (sent) => {
        this.told.sending(photo.id, sent);
        if (sent - kept > 128 * 1024) void this.outbox.change(photo.id, { sent: (kept = sent) });
      });
      standing = await this.door.announce(photo);
    }
    if (!standing.done) throw new ApiFault({ code: "unfinished", what: "unfinished", where: "/uploads", expected: "", id: "", status: 0 });
    await this.outbox.delivered(photo, Date.now());
  }

  private async records(user: string): Promise<boolean> {
    const waiting = new Set((await this.outbox.photos()).map((photo) => photo.sha256));
    for (const record of await this.outbox.records()) {
      if (record.user !== user || record.state === "refused") continue;
      if (record.photos.some((sha256) => waiting.has(sha256))) continue;
      const fault = await this.door.report(record).then(() => this.outbox.delivered(record, Date.now())).then(() => null, (error: unknown) => error);
      if (fault && !(await this.noted(record, fault))) return false;
      this.told.changed();
    }
    return true;
  }

  /** Writes down what went wrong. True when only this one is refused and the others may go on. */
  private async noted(what: PhotoKept | RecordKept, fault: unknown): Promise<boolean> {
    const fields = fault instanceof ApiFault ? fault.fields : null;
    const later = !fields || LATER.has(fields.status) || fields.status === 401;
    const change = later ? { breaks: what.breaks + 1 } : { state: "refused" as const, fault: fields };
    await ("bytes" in what ? this.outbox.change(what.id, change) : this.outbox.changeRecord(what.id, change));
    return !later;
  }

  private later(): void {
    this.timer = setTimeout(() => void this.go(), this.wait_ms * (0.8 + 0.4 * Math.random()));
    this.wait_ms = Math.min(this.wait_ms * 2, WAIT_MS_MAX);
  }
}

/** One window at a time, where the browser has locks; the centre would take the same photo twice as one anyway. */
async function alone(work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return work();
  await locks.request(LOCK, { ifAvailable: true }, async (held) => (held ? work() : undefined));
}
