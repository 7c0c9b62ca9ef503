import { describe, expect, it } from "vitest";
import type { PublicDistrict, PublicProject } from "@/api/public";
import { sentences, tableOf } from "@/features/public/plain";
import { qrOf } from "@/format/qr";
import zh from "@/i18n/zh";

/** The words of the page, with their places filled. */
function t(key: string, named: Record<string, unknown> = {}): string {
  const text = key.split(".").reduce<unknown>((found, part) => (found as Record<string, unknown>)[part], zh);
  return String(text).replace(/\{(\w+)\}/g, (_, name: string) => String(named[name]));
}

function a_project(changed: Partial<PublicProject> = {}): PublicProject {
  const words = { zh: "青坪片区保障房", en: "Qingping homes" };
  return {
    code: "qp", name: words, street: words, unit: words, work_type: "new_build", start: "2026-03-01", finish: "2027-06-30",
    plan_percent: 58, actual_percent: 55, margin_percent: 2, status: "slower", days_late: 10, promise: null, still: null, as_of: "2026-11-20T06:00:00Z",
    ...changed,
  };
}

describe("plain sentences", () => {
  it.each([
    [{}, ["到 2026-11-20,工程做了约 55%,计划是 58%。", "比计划慢约 10 天。"]],
    [{ days_late: null }, ["到 2026-11-20,工程做了约 55%,计划是 58%。", "比计划稍慢。"]],
    [{ status: "on_plan", days_late: null }, ["到 2026-11-20,工程做了约 55%,计划是 58%。", "进度与计划相符。"]],
    [{ status: "no_data", actual_percent: null, days_late: null }, ["到 2026-11-20,还没有可靠的数据,看清后再写。"]],
    [{ status: "not_started", actual_percent: null, days_late: null }, ["计划 2026-03-01 开工。"]],
  ] as const)("%o", (changed, said) => {
    expect(sentences(a_project(changed), "2026-11-20", t)).toEqual(said);
  });

  it("makes a table that no spreadsheet takes for formulas", () => {
    const name = { zh: '=HYPERLINK("x"),1', en: "" };
    const district: PublicDistrict = { name, as_of: null, total: 1, counts: [], projects: [a_project({ name, actual_percent: null })] };
    const [head, row] = tableOf(district, t, (text) => text.zh).split("\r\n");
    expect(head).toBe("\uFEFF项目,责任单位,街道,现在,计划,情况,计划竣工");
    expect(row).toBe(`"'=HYPERLINK(""x""),1",青坪片区保障房,青坪片区保障房,,58%,稍慢,2027-06-30`);
  });
});

describe("QR code", () => {
  it("has its three finders inside a quiet zone of four", () => {
    const { size, path } = qrOf("https://example.org/p/qp");
    expect((size - 8 - 17) % 4).toBe(0); // 17 + 4 × version
    for (const corner of ["M4 4h", `M${size - 5} 4h`, `M4 ${size - 5}h`]) expect(path).toContain(corner);
    expect(path).not.toMatch(/M[0-3] |M\d+ [0-3]h/);
  });
});
