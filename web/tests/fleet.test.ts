/** Which devices come first, what a filter leaves, and how much room there is. */
import { describe, expect, it } from "vitest";
import type { CameraState } from "@/api/types";
import { bytesOf, camerasShown, codesOf, countsOf, gatewaysShown, sortedCameras } from "@/features/fleet/devices";
import { aGateway } from "./builders";

function aCamera(id: string, over: Partial<CameraState> = {}): CameraState {
  return { id, gateway: "gw-1", buildings: [], last_observed_at: null, registration: "VERIFIED", conditions: [], ...over };
}
const since = "2026-10-01T00:00:00Z";
const moved = aCamera("c9", { conditions: [{ code: "moved", since, detail: "31 px", said: { zh: "31 px", en: "31 px" } }], registration: "MOVED" });
const doubtful = aCamera("c8", { gateway: "gw-2", registration: "UNVERIFIED" });
const frozen = aCamera("c1", { conditions: [{ code: "frozen", since, detail: "", said: { zh: "", en: "" } }] });
const fine = aCamera("c0");
const cameras = [fine, frozen, doubtful, moved];
const gateways = [aGateway({ id: "gw-1" }), aGateway({ id: "gw-2", troubles: ["clock"] }), aGateway({ id: "gw-3" })];

describe("devices", () => {
  it("moved and unverified cameras come first, then what else is wrong", () => expect(sortedCameras(cameras).map((one) => one.id)).toEqual(["c9", "c8", "c1", "c0"]));
  it("a moved one is said once", () => {
    expect(codesOf(moved)).toEqual(["moved"]);
    expect(codesOf(aCamera("c", { registration: "MOVED" }))).toEqual(["MOVED"]);
    expect(codesOf(fine)).toEqual([]);
  });
  it("are counted by what is wrong, gateways before cameras", () =>
    expect(countsOf(gateways, cameras).map(({ code, of, n }) => `${of} ${code} ${n}`)).toEqual(["gateway clock 1", "camera UNVERIFIED 1", "camera frozen 1", "camera moved 1"]));
  it.each([
    [{ state: null, find: "" }, ["gw-2", "gw-1", "gw-3"]],
    [{ state: "clock", find: "" }, ["gw-2"]],
    [{ state: "moved", find: "" }, ["gw-1"]],
    [{ state: null, find: " C8 " }, ["gw-2"]],
    [{ state: "clock", find: "gw-3" }, []],
  ])("filter %j leaves gateways %j", (wanted, ids) => expect(gatewaysShown(gateways, cameras, wanted).map((one) => one.id)).toEqual(ids));
  it.each([
    [{ state: "frozen", find: "" }, ["c1"]],
    [{ state: null, find: "gw-2" }, ["c8"]],
    [{ state: "clock", find: "" }, []],
  ])("filter %j leaves cameras %j", (wanted, ids) => expect(camerasShown(cameras, wanted).map((one) => one.id)).toEqual(ids));
});

it.each([
  [0, "0.0 B"],
  [1023, "1023.0 B"],
  [5_368_709_120, "5.0 GiB"],
  [2_147_483_647, "1.9 GiB"],
  [1024 ** 4, "1.0 TiB"],
])("%i bytes are %s", (bytes, text) => expect(bytesOf(bytes)).toBe(text));
