/** What a photo says of its time and place, carried over to the smaller picture that is sent. Claims, never facts. */
import { dump, GPSHelper, insert, load, TagValues, type IExif } from "piexif-ts";

const { ExifIFD, GPSIFD } = TagValues;

export interface Claims {
  /** `2026:11:22 10:20:30` as EXIF writes it, local time of the phone. */
  at: string | null;
  /** `+08:00` */
  offset: string | null;
  lat: number | null;
  lon: number | null;
}

const NOTHING: Claims = { at: null, offset: null, lat: null, lon: null };

/** Of a JPEG; a picture without EXIF, or one that cannot be read, claims nothing. */
export function claimsOf(jpeg: ArrayBuffer): Claims {
  try {
    const found = load(binary(jpeg));
    const exif = found.Exif ?? {};
    const gps = found.GPS ?? {};
    return {
      at: text(exif[ExifIFD.DateTimeOriginal]),
      offset: text(exif[ExifIFD.OffsetTimeOriginal]),
      lat: degrees(gps[GPSIFD.GPSLatitude], text(gps[GPSIFD.GPSLatitudeRef]), "S"),
      lon: degrees(gps[GPSIFD.GPSLongitude], text(gps[GPSIFD.GPSLongitudeRef]), "W"),
    };
  } catch {
    return NOTHING;
  }
}

/** The moment as EXIF writes it, in the phone's own zone. */
export function spelled(moment: Date): { at: string; offset: string } {
  const two = (n: number) => String(n).padStart(2, "0");
  const ahead = -moment.getTimezoneOffset();
  const size = Math.abs(ahead);
  return {
    at:
      `${moment.getFullYear()}:${two(moment.getMonth() + 1)}:${two(moment.getDate())} ` +
      `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`,
    offset: `${ahead < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`,
  };
}

/** The same picture with these claims as its only EXIF. */
export function withClaims(jpeg: ArrayBuffer, claims: Claims): ArrayBuffer {
  const exif: IExif = { "0th": {}, Exif: {}, GPS: {} };
  if (claims.at) exif.Exif = { [ExifIFD.DateTimeOriginal]: claims.at, ...(claims.offset ? { [ExifIFD.OffsetTimeOriginal]: claims.offset } : {}) };
  if (claims.lat !== null && claims.lon !== null) {
    exif.GPS = {
      [GPSIFD.GPSLatitudeRef]: claims.lat < 0 ? "S" : "N",
      [GPSIFD.GPSLatitude]: GPSHelper.degToDmsRational(Math.abs(claims.lat)),
      [GPSIFD.GPSLongitudeRef]: claims.lon < 0 ? "W" : "E",
      [GPSIFD.GPSLongitude]: GPSHelper.degToDmsRational(Math.abs(claims.lon)),
    };
  }
  return bytes(insert(dump(exif), binary(jpeg)));
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() ? value.replace(/\0+$/, "").trim() : null;
}

function degrees(value: unknown, ref: string | null, negative: string): number | null {
  if (!Array.isArray(value) || value.length !== 3 || !ref) return null;
  const [d, m, s] = value.map((part: unknown) => (Array.isArray(part) && part[1] ? Number(part[0]) / Number(part[1]) : NaN));
  const size = (d ?? NaN) + (m ?? NaN) / 60 + (s ?? NaN) / 3600;
  return Number.isFinite(size) && size <= 180 ? (ref === negative ? -size : size) : null;
}

function binary(buffer: ArrayBuffer): string {
  const all = new Uint8Array(buffer);
  let out = "";
  for (let at = 0; at < all.length; at += 0x8000) out += String.fromCharCode(...all.subarray(at, at + 0x8000));
  return out;
}

function bytes(text: string): ArrayBuffer {
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) out[at] = text.charCodeAt(at);
  return out.buffer;
}
