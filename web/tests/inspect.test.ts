import { describe, expect, it } from "vitest";
import { claimsOf, spelled, withClaims } from "../inspect/exif";
import { blockOf, mosaic } from "../inspect/mosaic";
import { inPolygon, metresTo } from "../inspect/place";
import { agreement, emptyReached, stepsValue, storeysValue, withReached } from "../inspect/value";

const CREDITS = [
  { stage: "formwork", credit_bp: 2500 },
  { stage: "structure", credit_bp: 7500 },
  { stage: "finished", credit_bp: 10_000 },
];

describe("storeys by stage become basis points", () => {
  it("is nothing before anything is reached and all when all is finished", () => {
    expect(storeysValue(CREDITS, emptyReached(CREDITS), 12)).toBe(0);
    expect(storeysValue(CREDITS, withReached(emptyReached(CREDITS), 2, 12, 12), 12)).toBe(10_000);
  });
  it("counts each storey once, at the furthest it has come", () => {
    // 9 storeys formwork, 8 of them structure, 2 of them finished: 1×25 % + 6×75 % + 2×100 % of 12
    expect(storeysValue(CREDITS, [9, 8, 2], 12)).toBe(Math.floor((2500 + 6 * 7500 + 2 * 10_000) / 12 + 0.5));
  });
  it("keeps the order of the stages in both directions, within the storeys there are", () => {
    expect(withReached([0, 0, 0], 1, 12, 9)).toEqual([9, 9, 0]);
    expect(withReached([9, 8, 7], 1, 12, 3)).toEqual([9, 3, 3]);
    expect(withReached([0, 0, 0], 2, 12, 40)).toEqual([12, 12, 12]);
    expect(withReached([5, 5, 5], 0, 12, -2)).toEqual([0, 0, 0]);
  });
  it("takes the whole as one row where there are no storeys", () => {
    expect(storeysValue(CREDITS, [1, 1, 0], 0)).toBe(7500);
  });
});

describe("steps", () => {
  it("adds what is done and never more than all", () => {
    const steps = [{ name: "a", credit_bp: 4000 }, { name: "b", credit_bp: 6000 }];
    expect(stepsValue(steps, new Set(["b"]))).toBe(6000);
    expect(stepsValue(steps, new Set(["a", "b", "c"]))).toBe(10_000);
  });
});

describe("agreement with the platform", () => {
  it.each([
    [4580, 4520, 146, "agrees"],
    [4813, 4520, 146, "differs"],
    [4700, 4520, 10, "agrees"],
    [4721, 4520, 10, "differs"],
    [4700, null, null, "unknown"],
  ] as const)("%s against %s ± %s %s", (claim, actual, sigma, said) => {
    expect(agreement(claim, actual, sigma)).toBe(said);
  });
});

describe("mosaic", () => {
  it("leaves one colour a block inside and everything outside as it was", () => {
    const [width, height] = [64, 64];
    const data = new Uint8ClampedArray(width * height * 4).map((_, i) => (i * 37) % 251);
    const before = data.slice();
    mosaic({ data, width, height }, { x: 0.25, y: 0.25, w: 0.5, h: 0.5 });
    const block = blockOf(32, 32);
    const at = (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 3)];
    expect(at(16, 16)).toEqual(at(16 + block - 1, 16 + block - 1));
    expect(at(16, 16)).not.toEqual([...before.slice((16 * width + 16) * 4, (16 * width + 16) * 4 + 3)]);
    expect(at(15, 16)).toEqual([...before.slice((16 * width + 15) * 4, (16 * width + 15) * 4 + 3)]);
    expect(at(48, 48)).toEqual([...before.slice((48 * width + 48) * 4, (48 * width + 48) * 4 + 3)]);
  });
  it("stays inside the picture", () => {
    const data = new Uint8ClampedArray(16 * 16 * 4).fill(9);
    expect(() => mosaic({ data, width: 16, height: 16 }, { x: -0.5, y: 0.9, w: 3, h: 3 })).not.toThrow();
    expect(new Set(data)).toEqual(new Set([9]));
  });
});

const JPEG = Uint8Array.from(
  atob("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="),
  (c) => c.charCodeAt(0),
).buffer;

describe("claims of a photo", () => {
  it("are carried over to the picture that is sent", () => {
    const claims = { at: "2026:11:22 10:20:30", offset: "+08:00", lat: 31.2304, lon: 121.4737 };
    const found = claimsOf(withClaims(JPEG, claims));
    expect(found.at).toBe(claims.at);
    expect(found.offset).toBe(claims.offset);
    expect(found.lat).toBeCloseTo(claims.lat, 4);
    expect(found.lon).toBeCloseTo(claims.lon, 4);
  });
  it("keep south and west", () => {
    const found = claimsOf(withClaims(JPEG, { at: null, offset: null, lat: -33.5, lon: -70.6 }));
    expect(found.lat).toBeCloseTo(-33.5, 4);
    expect(found.lon).toBeCloseTo(-70.6, 4);
    expect(found.at).toBeNull();
  });
  it("are none where there is no EXIF, or no picture", () => {
    const none = { at: null, offset: null, lat: null, lon: null };
    expect(claimsOf(JPEG)).toEqual(none);
    expect(claimsOf(new ArrayBuffer(0))).toEqual(none);
    expect(claimsOf(Uint8Array.from([1, 2, 3]).buffer)).toEqual(none);
  });
  it("spell the moment with the phone's own zone", () => {
    const { at, offset } = spelled(new Date(2026, 0, 2, 3, 4, 5));
    expect(at).toBe("2026:01:02 03:04:05");
    expect(offset).toMatch(/^[+-]\d\d:\d\d$/);
  });
});

describe("on the site", () => {
  const square = [[[121, 31], [121.01, 31], [121.01, 31.01], [121, 31.01], [121, 31]]];
  it("knows inside from outside, and holes", () => {
    expect(inPolygon(square, 121.005, 31.005)).toBe(true);
    expect(inPolygon(square, 121.02, 31.005)).toBe(false);
    const hole = [...square, [[121.004, 31.004], [121.006, 31.004], [121.006, 31.006], [121.004, 31.006], [121.004, 31.004]]];
    expect(inPolygon(hole, 121.005, 31.005)).toBe(false);
  });
  it("measures to the nearest edge in metres", () => {
    expect(metresTo(square, 121.005, 31.011)).toBeCloseTo(111.2, 0);
  });
});
