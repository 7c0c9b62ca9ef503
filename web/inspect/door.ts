/** The centre as the outbox sees it: announce a photo, send its bytes by tus, hand in a report. */
import { Upload } from "tus-js-client";
import { ApiFault, faultFrom } from "@/api/fault";
import type { components } from "@/api/schema.gen";
import type { PhotoKept, RecordKept } from "./outbox";

export type Standing = components["schemas"]["UploadStanding"];
export type Round = components["schemas"]["Round"];
export type Message = components["schemas"]["OwnMessage"];

const MESSAGES = 30;

const CHUNK_BYTES = 256 * 1024; // a proxy that gathers bodies still lets something through
const SILENCE_MS = 45_000; // a line that carries nothing for so long is taken as broken

export class Door {
  constructor(
    private readonly token: () => string | null,
    private readonly refused: (code: string) => void,
  ) {}

  /** Say what will come. The same photo again is the same upload, however often it is announced. */
  announce(photo: PhotoKept): Promise<Standing> {
    const said = {
      kind: "photo",
      sha256: photo.sha256,
      filename: `${photo.id}.jpg`,
      filetype: "image/jpeg",
      taken_at: photo.taken_at,
      project: photo.project,
      building: photo.building,
      item: photo.item,
      note: photo.note,
    };
    const metadata = Object.entries(said)
      .filter(([, value]) => value)
      .map(([key, value]) => `${key} ${base64(value)}`)
      .join(",");
    return this.ask<Standing>("/api/v1/uploads", {
      method: "POST",
      headers: { "Tus-Resumable": "1.0.0", "Upload-Length": String(photo.bytes.byteLength), "Upload-Metadata": metadata },
    });
  }

  /** The bytes from where the centre has them; rejects with an ApiFault where the line breaks. */
  send(photo: PhotoKept, standing: Standing, told: (sent: number) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = Date.now();
      const upload = new Upload(new Blob([photo.bytes], { type: "image/jpeg" }), {
        uploadUrl: standing.url,
        chunkSize: CHUNK_BYTES,
        retryDelays: null,
        storeFingerprintForResuming: false,
        headers: this.headers(),
        onProgress: (sent) => {
          heard = Date.now();
          told(sent);
        },
        onSuccess: () => end(resolve),
        onError: (error) => {
          const response = "originalResponse" in error ? error.originalResponse : null;
          const status = response?.getStatus() ?? 0;
          end(() => reject(this.fault(parsed(response?.getBody() ?? ""), status, "/uploads")));
        },
      });
      const watch = setInterval(() => {
        if (Date.now() - heard < SILENCE_MS) return;
        void upload.abort();
        end(() => reject(faultFrom(null, 0, "/uploads")));
      }, 1000);
      const end = (then: () => void) => {
        clearInterval(watch);
        then();
      };
      upload.start();
    });
  }

  async report(record: RecordKept): Promise<void> {
    const { project, day, note, photos, claims } = record;
    await this.ask(`/api/v1/projects/${encodeURIComponent(project)}/daily-reports`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ schema: "siteprogress.daily/1", project, day, note, stage: "", photos, claims }),
    });
  }

  round(): Promise<Round> {
    return this.ask<Round>("/api/v1/inspections/today", {});
  }

  async messages(): Promise<Message[]> {
    return (await this.ask<components["schemas"]["OwnMessages"]>(`/api/v1/messages?limit=${MESSAGES}`, {})).messages;
  }

  private async ask<T>(url: string, init: RequestInit): Promise<T> {
    const silence = new AbortController(); // AbortSignal.timeout is younger than the phones that are still about
    const waited = setTimeout(() => silence.abort(), SILENCE_MS);
    const answer = await fetch(url, { ...init, signal: silence.signal, headers: { ...this.headers(), ...(init.headers as Record<string, string>) } }).catch(() => {
      clearTimeout(waited);
      throw faultFrom(null, 0, url);
    });
    const body: unknown = await answer.json().catch(() => null);
    clearTimeout(waited);
    if (answer.ok && body !== null) return body as T;
    throw this.fault(body, answer.ok ? 0 : answer.status, url);
  }

  private fault(body: unknown, status: number, where: string): ApiFault {
    const fault = faultFrom(body, status, where);
    if (status === 401 && fault.fields.code.startsWith("token")) this.refused(fault.fields.code);
    return fault;
  }

  private headers(): Record<string, string> {
    const token = this.token();
    return token ? { Authorization: `Bearer ${token}` } : {};
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
