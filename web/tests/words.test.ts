/** Both languages have the same keys and the same placeholders; every rule of order and filter. */
import { describe, expect, it } from "vitest";
import { createI18n } from "vue-i18n";
import { insideAddress } from "@/format/address";
import { lastOf, reversed, sorted } from "@/format/lists";
import { bySeverityThenLag, signsInAddress } from "@/format/signs";
import { newestPerSource } from "@/format/fusion";
import { projectsShown } from "@/features/district/shown";
import { ageOf, balanceOf } from "@/features/fleet/balance";
import { levelOf } from "@/features/project/levelOf";
import { faultFrom } from "@/api/fault";
import { parseEvents } from "@/api/events";
import enEvery from "@/i18n/en";
import enCommissioning from "@/i18n/en.commissioning";
import enInsight from "@/i18n/en.insight";
import enOffice from "@/i18n/en.office";
import { counting } from "@/i18n/words";
import zhEvery from "@/i18n/zh";
import zhCommissioning from "@/i18n/zh.commissioning";
import zhInsight from "@/i18n/zh.insight";
import zhOffice from "@/i18n/zh.office";
import { aGateway, aProject, aWarning } from "./builders";

const zh = { ...zhEvery, ...zhCommissioning, ...zhInsight, ...zhOffice };
const en = { ...enEvery, ...enCommissioning, ...enInsight, ...enOffice };

function flat(tree: object, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => (typeof value === "string" ? [[path + key, value]] : flat(value as object, `${path}${key}.`)));
}
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("languages", () => {
  const chinese = new Map(flat(zh));
  const english = new Map(flat(en));
  it("have the same keys", () => expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort()));
  it("have the same placeholders", () => {
    for (const [key, text] of chinese) for (const one of (english.get(key) ?? "").split(" | ")) expect([key, holes(one)]).toEqual([key, holes(text)]);
  });
  it.each([
    [1, "1 day late"],
    ["1", "1 day late"],
    [0, "0 days late"],
    ["2", "2 days late"],
    ["1,000", "1,000 days late"],
  ])("tell one from many: %j", (n, said) => {
    const { t } = createI18n({ legacy: false, locale: "en", messages: { en: enEvery } }).global;
    expect(counting(t as Parameters<typeof counting>[0])("parts.late", { n })).toBe(said);
  });
  it("leave nothing empty, and no Chinese in English but grades and the way back", () => {
    for (const [key, text] of [...chinese, ...english]) expect([key, text.length > 0]).toEqual([key, true]);
    const left = [...english].filter(([key, text]) => /[\u4e00-\u9fff]/.test(text) && key !== "top.switchLang").map(([key]) => key);
    expect(left).toEqual([]);
  });
});

describe("lists", () => {
  it("are copied, never turned in place", () => {
    const given = [2, 1, 3] as const;
    expect([sorted(given), sorted(given, (a, b) => b - a), reversed(given)]).toEqual([[1, 2, 3], [3, 2, 1], [3, 1, 2]]);
    expect([lastOf(given, (n) => n < 3), lastOf(given, (n) => n > 3)]).toEqual([1, undefined]);
    expect(given).toEqual([2, 1, 3]);
  });
  it("puts the heaviest sign first, then the longest lag, unknown last", () => {
    const rows = [aProject({ id: "a", lag_cdays: 900 }), aProject({ id: "b", sign: "red", lag_cdays: 1 }), aProject({ id: "c", lag_cdays: null }), aProject({ id: "d", sign: "insufficient" }), aProject({ id: "e", sign: "blue" })];
    expect(sorted(rows, bySeverityThenLag).map((row) => row.id)).toEqual(["b", "e", "d", "a", "c"]);
  });
  it.each([
    ["red,yellow", ["red", "yellow"]],
    ["normal", ["normal"]],
    ["purple", []],
    [undefined, []],
    [["red"], []],
  ])("%j in the address means %j", (value, signs) => expect(signsInAddress(value)).toEqual(signs));
  it("finds by name in either language, street or code", () => {
    const all = [aProject({ id: "a" }), aProject({ id: "b", code: "9999-1", name: { zh: "泵站", en: "Pump" } })];
    expect(projectsShown(all, [], "pump").map((row) => row.id)).toEqual(["b"]);
    expect(projectsShown(all, [], "青坪").map((row) => row.id)).toEqual(["a", "b"]);
    expect(projectsShown(all, ["red"], "")).toEqual([]);
  });
});

it("the fusion table has the newest row of each item and source, items together", () => {
  const row = (item: string, source: string, value_bp: number) => ({
    item: { id: item, name: { zh: item, en: item } }, kind: "camera" as const, source, value_bp, conf_bp: 1, weight_bp: 1, observed_at: "2026-11-20T06:00:00Z", accepted: true, refs: [],
  });
  const shown = newestPerSource([row("b", "g1", 5), row("a", "g1", 4), row("b", "g2", 3), row("b", "g1", 2), row("a", "g1", 1)]);
  expect(shown.map((one) => [one.item.id, one.source, one.value_bp])).toEqual([["a", "g1", 4], ["b", "g1", 5], ["b", "g2", 3]]);
});

it("only the figure that raised a warning wears its colour", () => {
  const list = [aWarning({ level: "blue" }), aWarning({ rule: "time_lag", unit: "cdays", level: "red" }), aWarning({ subject: { ...aWarning().subject, id: "B4" } })];
  expect(levelOf(list, "building", "B3")).toEqual({ gap: "blue", lag: "red" });
  expect(levelOf(list, "building", "B5")).toEqual({ gap: null, lag: null });
  expect(levelOf([aWarning({ state: "closed" })], "building", "B3").gap).toBeNull();
  expect(levelOf([aWarning({ rule: "evidence" })], "building", "B3").gap).toBeNull();
});

describe("delivery books", () => {
  it("balance over gateways", () => {
    const books = balanceOf([aGateway(), aGateway({ id: "gw-2", watermark: 10, produced: 10, duplicates: 3 })]);
    expect(books).toMatchObject({ produced: 114, acked: 110, in_flight: 4, duplicates: 3, ok: true, atLeast: false });
  });
  it("are unknown without a heartbeat, a lower bound when offline, not right with a dead letter", () => {
    expect(balanceOf([aGateway({ produced: null })])).toMatchObject({ produced: null, in_flight: null, ok: null });
    expect(balanceOf([aGateway({ online: false })]).atLeast).toBe(true);
    expect(balanceOf([aGateway({ dead_letters: 1 })]).ok).toBe(false);
    expect(balanceOf([])).toMatchObject({ produced: null, ok: null });
  });
  it("a heartbeat older than the watermark does not make a negative", () => {
    expect(balanceOf([aGateway({ watermark: 200, produced: 104 })])).toMatchObject({ produced: 200, in_flight: 0 });
  });
  it.each([
    [900, { n: 900, unit: "ms" }],
    [2_100, { n: 2, unit: "s" }],
    [8_040_000, { n: 2, unit: "h" }],
  ])("age %i", (ms, age) => expect(ageOf(ms)).toEqual(age));
});

describe("event stream", () => {
  it("gives whole events and keeps the rest", () => {
    const { events, rest } = parseEvents('event: changed\r\ndata: {"projects":["p1"]}\r\n\r\n: ping\n\nevent: cha');
    expect(events).toEqual([{ event: "changed", data: '{"projects":["p1"]}' }]);
    expect(rest).toBe("event: cha");
  });
  it("joins data lines", () => expect(parseEvents("data: a\ndata: b\n\n").events).toEqual([{ event: "message", data: "a\nb" }]));
});

it("a fault keeps the centre's words, and says network when nobody answered", () => {
  const envelope = { error: { code: "token_expired", what: "token", where: "header", expected: "a fresh one", id: "e7f31" } };
  expect(faultFrom(envelope, 401, "/x").fields).toMatchObject({ code: "token_expired", id: "e7f31", status: 401 });
  expect(faultFrom(null, 0, "/x").fields).toMatchObject({ code: "network", where: "/x" });
  expect(faultFrom("<html>", 502, "/x").fields).toMatchObject({ code: "http_502" });
});

it.each([
  ["/projects/p1?building=B3", "/projects/p1?building=B3"],
  ["//evil.example", "/"],
  ["https://evil.example", "/"],
  ["/login?to=/login", "/"],
  [undefined, "/"],
])("after signing in %j leads to %s", (asked, to) => expect(insideAddress(asked)).toBe(to));
