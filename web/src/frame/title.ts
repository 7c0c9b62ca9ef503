/** The words of a tab: which page, of what, and whose. A page with a name of its own (a project) says it while it is open. */
import { onBeforeUnmount, ref, watch, type Ref } from "vue";
import { useRoute } from "vue-router";
import { useWords } from "@/i18n/words";

const TITLES: Record<string, string> = {
  login: "login.title", district: "district.title", project: "project.crumb", warnings: "warning.title", evaluation: "evaluation.title", money: "pay.title", audit: "ledger.title", fleet: "fleet.title",
  trace: "trace.title", map: "map.title", wall: "page.wall", leader: "leader.title", leaderWarning: "leader.detail", publicHome: "page.public", public: "page.public", poster: "page.poster", absent: "app.notFound", planImport: "planImport.title", ledgerImport: "ledgerImport.title", people: "people.title",
};
const about = ref("");

/** Says what the page is about for as long as it is there. */
export function useAbout(name: Ref<string>): void {
  watch(name, (now) => (about.value = now), { immediate: true });
  onBeforeUnmount(() => (about.value = ""));
}

/** Keeps document.title true: once, where the application begins. */
export function useTitle(): void {
  const { t, word } = useWords();
  const route = useRoute();
  watch(
    () => {
      const name = String(route.name ?? "");
      const place = word("nav", name);
      const page = name in TITLES ? t(TITLES[name] ?? "") : place === name ? "" : place; // a page without words of its own has those of the rail
      return [about.value, page, t("app.name")].filter(Boolean).join(" · ");
    },
    (title) => (document.title = title),
    { immediate: true },
  );
}
