/** The building in the address, else the one that is furthest behind, so that the page opens on what is wrong. */
import { computed, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { BuildingState, ProjectDetail } from "@/api/types";
import { sorted } from "@/format/lists";
import { severity } from "@/format/signs";

/** Heaviest sign, then largest gap; null when there are no buildings. */
export function worstBuilding(buildings: readonly BuildingState[]): BuildingState | null {
  const ranked = sorted(buildings, (a, b) => severity(a.sign) - severity(b.sign) || (b.gap_bp ?? -10_000) - (a.gap_bp ?? -10_000));
  return ranked[0] ?? null;
}

export function useSelectedBuilding(project: Ref<ProjectDetail | undefined>) {
  const route = useRoute();
  const router = useRouter();
  const selected = computed<BuildingState | null>(() => {
    const buildings = project.value?.buildings ?? [];
    return buildings.find((building) => building.id === route.query["building"]) ?? worstBuilding(buildings);
  });
  const select = (id: string) => void router.replace({ path: route.path, query: { ...route.query, building: id } });
  return { selected, select };
}
