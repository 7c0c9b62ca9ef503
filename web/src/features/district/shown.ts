/** Which projects the address asks for: by sign and by words in name, street, unit or code. */
import type { ProjectSummary } from "@/api/types";
import type { Sign } from "@/format/signs";

export function projectsShown(projects: readonly ProjectSummary[], signs: readonly Sign[], sought: string): ProjectSummary[] {
  const needle = sought.trim().toLowerCase();
  return projects.filter((project) => (signs.length === 0 || signs.includes(project.sign)) && (needle === "" || text(project).includes(needle)));
}

function text(project: ProjectSummary): string {
  const { name, street, unit, code, id } = project;
  return [name.zh, name.en, street.zh, street.en, unit.zh, unit.en, code, id].join("\n").toLowerCase();
}
