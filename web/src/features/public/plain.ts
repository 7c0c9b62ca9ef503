/** Plain sentences for everybody; and the list as a table for other programs. Pure. */
import type { PublicDistrict, PublicProject } from "@/api/public";

type Say = (key: string, named?: Record<string, unknown>) => string;
type Pick = (text: { zh: string; en: string }) => string;

/** How far it is, against plan, and by how much it is late. */
export function sentences(project: PublicProject, day: string, t: Say): string[] {
  const { status, actual_percent: done, plan_percent: plan, days_late: late } = project;
  if (status === "not_started") return [t("public.says.not_started", { day: project.start })];
  if (status === "no_data" || done === null) return [t("public.says.no_data", { day })];
  const said = [t("public.says.done", { day, done, plan: plan ?? 0 })];
  if (late !== null) said.push(t("public.says.late", { n: late }));
  else said.push(t(`public.says.${status}`));
  return said;
}

const quoted = (text: string) => (/[",\n\r]/.test(text) || /^[=+\-@]/.test(text) ? `"${/^[=+\-@]/.test(text) ? "'" : ""}${text.replaceAll('"', '""')}"` : text);

/** Comma-separated with a mark that tells spreadsheets it is UTF-8; nothing in it is taken for a formula. */
export function tableOf(district: PublicDistrict, t: Say, pick: Pick): string {
  const head = ["project", "unit", "street", "now", "plan", "state", "finish"].map((key) => t(`public.${key}`));
  const rows = district.projects.map((one) => [
    pick(one.name), pick(one.unit), pick(one.street),
    one.actual_percent === null ? "" : `${one.actual_percent}%`, one.plan_percent === null ? "" : `${one.plan_percent}%`,
    t(`public.status.${one.status}`), one.finish,
  ]);
  return `\uFEFF${[head, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}
