/** Makes regions of a picture unrecognisable: means of large blocks, so that nothing finer is left to recover. Pure. */

/** A region in shares of width and height, 0–1. */
export interface Region {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

const BLOCKS_ACROSS = 6; // of a face: too few to know anybody by

/** Side of a block in pixels for a region of this size. */
export function blockOf(width_px: number, height_px: number): number {
  return Math.max(8, Math.ceil(Math.max(width_px, height_px) / BLOCKS_ACROSS));
}

/** Replaces each block of the region by its mean, in place. */
export function mosaic(pixels: Pixels, region: Region): void {
  const left = clamp(Math.floor(region.x * pixels.width), pixels.width);
  const top = clamp(Math.floor(region.y * pixels.height), pixels.height);
  const right = clamp(Math.ceil((region.x + region.w) * pixels.width), pixels.width);
  const bottom = clamp(Math.ceil((region.y + region.h) * pixels.height), pixels.height);
  const block = blockOf(right - left, bottom - top);
  for (let y = top; y < bottom; y += block) {
    for (let x = left; x < right; x += block) {
      even(pixels, x, y, Math.min(x + block, right), Math.min(y + block, bottom));
    }
  }
}

function even({ data, width }: Pixels, x0: number, y0: number, x1: number, y1: number): void {
  const many = (x1 - x0) * (y1 - y0);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += data[(y * width + x) * 4 + channel] ?? 0;
    const mean = Math.round(sum / many);
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) data[(y * width + x) * 4 + channel] = mean;
  }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
