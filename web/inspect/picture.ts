/** From a photo of the phone to what is sent: upright, at most 2560 px, regions made unrecognisable, claims carried over. */
import { claimsOf, spelled, withClaims, type Claims } from "./exif";
import { mosaic, type Region } from "./mosaic";
import type { Fix } from "./place";

const LONG_SIDE_PX = 2560;
const QUALITY = 0.85;

export interface Prepared {
  bytes: ArrayBuffer;
  sha256: string;
  taken_at: string;
}

export class UnreadablePicture extends Error {}

/** The picture drawn to at most `long_px`; the browser turns it upright. */
export async function drawn(file: Blob, long_px: number): Promise<HTMLCanvasElement> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode().catch(() => {
      throw new UnreadablePicture(file.type || "?");
    });
    const share = Math.min(1, long_px / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * share));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * share));
    context(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function cover(canvas: HTMLCanvasElement, regions: readonly Region[]): void {
  if (!regions.length) return;
  const pen = context(canvas);
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
  for (const region of regions) mosaic(pixels, region);
  pen.putImageData(pixels, 0, 0);
}

/** What is kept and sent. Time and place: the file's own claims, else the phone's clock and position. */
export async function prepare(file: File, regions: readonly Region[], fix: Fix | null, chosen_at: Date): Promise<Prepared> {
  const canvas = await drawn(file, LONG_SIDE_PX);
  cover(canvas, regions);
  const said = claimsOf(await file.arrayBuffer());
  const own = spelled(chosen_at);
  const placed = said.lat !== null && said.lon !== null;
  const claims: Claims = {
    at: said.at ?? own.at,
    offset: said.at ? said.offset : own.offset,
    lat: placed ? said.lat : (fix?.lat ?? null),
    lon: placed ? said.lon : (fix?.lon ?? null),
  };
  const encoded = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!encoded) throw new UnreadablePicture(file.type || "?");
  canvas.width = canvas.height = 0; // gives the memory back at once on phones
  const bytes = withClaims(await encoded.arrayBuffer(), claims);
  return { bytes, sha256: await digest(bytes), taken_at: takenAt(claims, own.offset) };
}

export async function digest(bytes: ArrayBuffer): Promise<string> {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function takenAt(claims: Claims, ownOffset: string): string {
  const [day = "", time = ""] = (claims.at ?? "").split(" ");
  return `${day.replaceAll(":", "-")}T${time}${claims.offset ?? ownOffset}`;
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new UnreadablePicture("canvas");
  return pen;
}
