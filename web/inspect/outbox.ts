/** What is on this phone and not at the centre yet. IndexedDB: it survives closing the browser and restarting the phone.
 * A photo leaves only with the centre's receipt, in one transaction with it. Bytes are kept as ArrayBuffer, which every
 * browser stores reliably. */
import type { FaultFields } from "@/api/fault";
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export type Waiting = "saved" | "refused";

export interface PhotoKept {
  id: string;
  user: string;
  project: string;
  building: string;
  item: string;
  label: string;
  bytes: ArrayBuffer;
  sha256: string;
  /** With its zone; when the picture was taken by the phone's clock. */
  taken_at: string;
  note: string;
  saved_at: number;
  state: Waiting;
  /** Bytes that the centre is known to have. */
  sent: number;
  breaks: number;
  /** What the centre said when it sent it back. */
  fault: FaultFields | null;
}

export interface Claim {
  item: string;
  value_bp: number;
}

/** A report of a day; goes after the photos that it names. */
export interface RecordKept {
  id: string;
  user: string;
  project: string;
  label: string;
  day: string;
  note: string;
  claims: Claim[];
  photos: string[];
  saved_at: number;
  state: Waiting;
  breaks: number;
  /** What the centre said when it sent it back. */
  fault: FaultFields | null;
}

/** What the centre has said that it has. */
export interface Receipt {
  id: string;
  user: string;
  kind: "photo" | "record";
  label: string;
  sha256: string;
  at: number;
}

interface Schema extends DBSchema {
  photos: { key: string; value: PhotoKept; indexes: { saved_at: number } };
  records: { key: string; value: RecordKept; indexes: { saved_at: number } };
  receipts: { key: string; value: Receipt; indexes: { at: number } };
  kept: { key: string; value: unknown };
}

const RECEIPTS_MAX = 500;

export class Outbox {
  private constructor(private readonly db: IDBPDatabase<Schema>) {}

  static async open(name = "siteprogress-inspect"): Promise<Outbox> {
    const db = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("photos", { keyPath: "id" }).createIndex("saved_at", "saved_at");
        fresh.createObjectStore("records", { keyPath: "id" }).createIndex("saved_at", "saved_at");
        fresh.createObjectStore("receipts", { keyPath: "id" }).createIndex("at", "at");
        fresh.createObjectStore("kept");
      },
    });
    return new Outbox(db);
  }

  /** Photos and the report on them: all of it is on the phone, or nothing. */
  async save(photos: readonly PhotoKept[], record: RecordKept | null): Promise<void> {
    const tx = this.db.transaction(["photos", "records"], "readwrite", { durability: "strict" });
    for (const photo of photos) void tx.objectStore("photos").put(photo);
    if (record) void tx.objectStore("records").put(record);
    await tx.done;
  }

  photos(): Promise<PhotoKept[]> {
    return this.db.getAllFromIndex("photos", "saved_at");
  }

  records(): Promise<RecordKept[]> {
    return this.db.getAllFromIndex("records", "saved_at");
  }

  async receipts(since: number): Promise<Receipt[]> {
    return this.db.getAllFromIndex("receipts", "at", IDBKeyRange.lowerBound(since));
  }

  /** Changes one photo if it is still there (a receipt may have taken it away meanwhile). */
  async change(id: string, change: Partial<PhotoKept>): Promise<void> {
    const tx = this.db.transaction("photos", "readwrite");
    const found = await tx.store.get(id);
    if (found) await tx.store.put({ ...found, ...change });
    await tx.done;
  }

  async changeRecord(id: string, change: Partial<RecordKept>): Promise<void> {
    const tx = this.db.transaction("records", "readwrite");
    const found = await tx.store.get(id);
    if (found) await tx.store.put({ ...found, ...change });
    await tx.done;
  }

  /** The centre has it: the receipt comes and the bytes go, together. */
  async delivered(what: PhotoKept | RecordKept, at: number): Promise<void> {
    const kind = "bytes" in what ? "photo" : "record";
    const tx = this.db.transaction(["photos", "records", "receipts"], "readwrite", { durability: "strict" });
    const receipt: Receipt = { id: what.id, user: what.user, kind, label: what.label, sha256: "bytes" in what ? what.sha256 : "", at };
    void tx.objectStore("receipts").put(receipt);
    void tx.objectStore(kind === "photo" ? "photos" : "records").delete(what.id);
    await tx.done;
    await this.forgetOldReceipts();
  }

  /** By the person's own wish, after being asked. */
  async discard(id: string): Promise<void> {
    const tx = this.db.transaction(["photos", "records"], "readwrite");
    void tx.objectStore("photos").delete(id);
    void tx.objectStore("records").delete(id);
    await tx.done;
  }

  async keep(key: string, value: unknown): Promise<void> {
    await this.db.put("kept", value, key);
  }

  async kept<T>(key: string): Promise<T | null> {
    return ((await this.db.get("kept", key)) as T | undefined) ?? null;
  }

  private async forgetOldReceipts(): Promise<void> {
    const tx = this.db.transaction("receipts", "readwrite");
    let more = (await tx.store.count()) - RECEIPTS_MAX;
    for (let row = await tx.store.index("at").openCursor(); row && more > 0; row = await row.continue(), more--) await row.delete();
    await tx.done;
  }
}
