/** Photos that were taken on this screen and are not saved yet. */
import { facesOn } from "./faces";
import type { Region } from "./mosaic";
import { drawn } from "./picture";

const THUMB_PX = 240;
const LOOK_PX = 1280;

export interface Shot {
  id: string;
  file: File;
  chosen_at: Date;
  thumb: string;
  regions: Region[];
  /** Whether this browser looked for faces by itself. */
  looked: boolean;
}

export async function shotOf(file: File): Promise<Shot> {
  const canvas = await drawn(file, LOOK_PX);
  const faces = await facesOn(canvas);
  const share = THUMB_PX / Math.max(canvas.width, canvas.height);
  const small = document.createElement("canvas");
  small.width = Math.max(1, Math.round(canvas.width * share));
  small.height = Math.max(1, Math.round(canvas.height * share));
  small.getContext("2d")?.drawImage(canvas, 0, 0, small.width, small.height);
  canvas.width = canvas.height = 0;
  return { id: newId(), file, chosen_at: new Date(), thumb: small.toDataURL("image/jpeg", 0.7), regions: faces ?? [], looked: faces !== null };
}

export function newId(): string {
  return crypto.randomUUID();
}
