/** Tells the centre which kind of page was opened: use is counted beside entry, once a day (docs/insight.md). */
import { client } from "@/api/client";

const PAGES = {
  district: "district",
  project: "project",
  warnings: "warnings",
  money: "money",
  insight: "insight",
  trace: "trace",
  fleet: "fleet",
} as const;

const told = new Set<string>();

/** Tells it once a day of this tab and person; a page that cannot be told is told when it is opened again. */
export function tellPage(name: unknown, person: string): void {
  const page = PAGES[name as keyof typeof PAGES];
  const key = `${new Date().toDateString()} ${person} ${page}`;
  if (!page || told.has(key)) return;
  told.add(key);
  client.POST("/api/v1/use/views", { body: { page }, keepalive: true }).then(
    ({ response }) => void (response.ok || told.delete(key)),
    () => told.delete(key),
  );
}
