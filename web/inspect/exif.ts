/** What a photo says of its time and place, carried over to the smaller picture that is sent. Claims, never facts.
 *
 * Reads and writes the six tags that matter (EXIF 2.32 in a JPEG's APP1: TIFF header, IFD0 → Exif IFD and GPS IFD). The
 * libraries for it are either read-only or evaluate strings, which the page's security policy forbids. */

export interface Claims {
  /** `2026:11:22 10:20:30` as EXIF writes it, local time of the phone. */
  at: string | null;
  /** `+08:00` */
  offset: string | null;
  lat: number | null;
  lon: number | null;
}

const NOTHING: Claims = { at: null, offset: null, lat: null, lon: null };
const [EXIF_IFD, GPS_IFD, ORIGINAL, OFFSET_ORIGINAL] = [0x8769, 0x8825, 0x9003, 0x9011];
const [LAT_REF, LAT, LON_REF, LON] = [1, 2, 3, 4];
const [ASCII, LONG, RATIONAL] = [2, 4, 5];
const HEADER = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif\0\0"
const SECONDS_PARTS = 10_000;

interface Entry {
  type: number;
  count: number;
  /** Where the value lies in the TIFF part. */
  at: number;
}

/** Of a JPEG; a picture without EXIF, or one that cannot be read, claims nothing. */
export function claimsOf(jpeg: ArrayBuffer): Claims {
  try {
    const tiff = tiffOf(new DataView(jpeg));
    return tiff ? read(tiff) : NOTHING;
  } catch {
    return NOTHING; // offsets that lead out of the file
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

/** The same picture with these claims as its first segment; a canvas writes none of its own. */
export function withClaims(jpeg: ArrayBuffer, claims: Claims): ArrayBuffer {
  const body = [...HEADER, ...written(claims)];
  const length = body.length + 2;
  const segment = Uint8Array.from([0xff, 0xe1, length >> 8, length & 0xff, ...body]);
  const out = new Uint8Array(jpeg.byteLength + segment.length);
  out.set(new Uint8Array(jpeg, 0, 2));
  out.set(segment, 2);
  out.set(new Uint8Array(jpeg, 2), 2 + segment.length);
  return out.buffer;
}

/** The TIFF part of the first EXIF segment. */
function tiffOf(jpeg: DataView): DataView | null {
  if (jpeg.byteLength < 4 || jpeg.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 4 <= jpeg.byteLength; ) {
    const [marker, length] = [jpeg.getUint16(at), jpeg.getUint16(at + 2)];
    if (marker < 0xff00 || marker === 0xffda) return null;
    const begins = HEADER.every((byte, i) => jpeg.getUint8(at + 4 + i) === byte);
    if (marker === 0xffe1 && begins) return new DataView(jpeg.buffer, jpeg.byteOffset + at + 10, length - 8);
    at += 2 + length;
  }
  return null;
}

function read(tiff: DataView): Claims {
  const little = tiff.getUint16(0) === 0x4949;
  const entries = (at: number): Map<number, Entry> => {
    const found = new Map<number, Entry>();
    for (let i = 0; i < tiff.getUint16(at, little); i++) {
      const row = at + 2 + 12 * i;
      const [type, count] = [tiff.getUint16(row + 2, little), tiff.getUint32(row + 4, little)];
      const inside = type === ASCII ? count <= 4 : type !== RATIONAL;
      found.set(tiff.getUint16(row, little), { type, count, at: inside ? row + 8 : tiff.getUint32(row + 8, little) });
    }
    return found;
  };
  const text = (entry: Entry | undefined): string | null => {
    if (entry?.type !== ASCII || entry.count > 64) return null;
    const bytes = new Uint8Array(tiff.buffer, tiff.byteOffset + entry.at, entry.count);
    return String.fromCharCode(...bytes).replace(/\0.*$/s, "").trim() || null;
  };
  const degrees = (entry: Entry | undefined, ref: string | null, negative: string): number | null => {
    if (entry?.type !== RATIONAL || entry.count !== 3 || !ref) return null;
    const part = (i: number) => tiff.getUint32(entry.at + 8 * i, little) / tiff.getUint32(entry.at + 8 * i + 4, little);
    const size = part(0) + part(1) / 60 + part(2) / 3600;
    return Number.isFinite(size) && size <= 180 ? (ref === negative ? -size : size) : null;
  };
  const main = entries(tiff.getUint32(4, little));
  const inner = (tag: number) => {
    const pointer = main.get(tag);
    return pointer ? entries(tiff.getUint32(pointer.at, little)) : new Map<number, Entry>();
  };
  const [exif, gps] = [inner(EXIF_IFD), inner(GPS_IFD)];
  return {
    at: text(exif.get(ORIGINAL)),
    offset: text(exif.get(OFFSET_ORIGINAL)),
    lat: degrees(gps.get(LAT), text(gps.get(LAT_REF)), "S"),
    lon: degrees(gps.get(LON), text(gps.get(LON_REF)), "W"),
  };
}

type Field = { tag: number; type: number; count: number; bytes: number[] };

/** Big-endian TIFF: header, IFD0, then the two directories it points to, each followed by its long values. */
function written({ at, offset, lat, lon }: Claims): number[] {
  const exif = [...(at ? [words(ORIGINAL, at)] : []), ...(offset ? [words(OFFSET_ORIGINAL, offset)] : [])];
  const placed = lat !== null && lon !== null;
  const gps = placed ? [words(LAT_REF, lat < 0 ? "S" : "N"), angle(LAT, lat), words(LON_REF, lon < 0 ? "W" : "E"), angle(LON, lon)] : [];
  const parts = [...(exif.length ? [{ tag: EXIF_IFD, fields: exif }] : []), ...(gps.length ? [{ tag: GPS_IFD, fields: gps }] : [])];
  let next = 8 + 2 + 12 * parts.length + 4;
  const pointers: Field[] = [];
  const bodies: number[] = [];
  for (const { tag, fields } of parts) {
    pointers.push({ tag, type: LONG, count: 1, bytes: u32(next) });
    const made = directory(fields, next);
    bodies.push(...made);
    next += made.length;
  }
  return [0x4d, 0x4d, 0, 42, ...u32(8), ...directory(pointers, 8), ...bodies];
}

function directory(fields: readonly Field[], at: number): number[] {
  let next = at + 2 + 12 * fields.length + 4;
  const rows: number[] = [];
  const tail: number[] = [];
  for (const { tag, type, count, bytes } of fields) {
    const inside = bytes.length <= 4;
    rows.push(...u16(tag), ...u16(type), ...u32(count), ...(inside ? [...bytes, 0, 0, 0, 0].slice(0, 4) : u32(next)));
    if (inside) continue;
    tail.push(...bytes);
    next += bytes.length;
  }
  return [...u16(fields.length), ...rows, ...u32(0), ...tail];
}

function words(tag: number, text: string): Field {
  const bytes = [...text].map((c) => c.charCodeAt(0) & 0x7f);
  return { tag, type: ASCII, count: bytes.length + 1, bytes: [...bytes, 0] };
}

function angle(tag: number, degrees: number): Field {
  const seconds = Math.round(Math.abs(degrees) * 3600 * SECONDS_PARTS);
  const whole = Math.floor(seconds / (3600 * SECONDS_PARTS));
  const minutes = Math.floor(seconds / (60 * SECONDS_PARTS)) % 60;
  const rest = seconds % (60 * SECONDS_PARTS);
  const bytes = [...u32(whole), ...u32(1), ...u32(minutes), ...u32(1), ...u32(rest), ...u32(SECONDS_PARTS)];
  return { tag, type: RATIONAL, count: 3, bytes };
}

function u16(n: number): number[] {
  return [(n >> 8) & 0xff, n & 0xff];
}

function u32(n: number): number[] {
  return [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
}
