/** Addresses. Filters, selection and language live in the query; the language travels along from page to page. */
import { nextTick, ref } from "vue";
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from "vue-router";
import { langInAddress, speak, type Part } from "@/i18n";
import { tellPage } from "@/session/looking";
import { useSession } from "@/session/session";

declare module "vue-router" {
  /** `bare`: for anybody, without the frame. `alone`: without the frame. `words`: parts of the words it needs. */
  interface RouteMeta {
    bare?: boolean;
    alone?: boolean;
    words?: readonly Part[];
  }
}

/** The page that was asked for and could not be fetched: the line was gone, or the centre has a newer release. */
export const missed = ref<string | null>(null);

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/login", name: "login", meta: { bare: true }, component: () => import("@/features/login/LoginPage.vue") },
    { path: "/", name: "district", component: () => import("@/features/district/DistrictPage.vue") },
    { path: "/projects", redirect: (to) => ({ path: "/", query: to.query }) },
    { path: "/projects/:id/:tab(progress|gantt|outlook|warnings|ledger|score|docs|stills|changes)?", name: "project", meta: { words: ["insight", "office"] }, component: () => import("@/features/project/ProjectPage.vue") },
    { path: "/warnings", name: "warnings", component: () => import("@/features/warnings/WarningsPage.vue") },
    { path: "/evaluation/:period(\\d{4}[^/]*)?/:part(goals|weights|forms|ranking)?", name: "evaluation", component: () => import("@/features/evaluation/EvaluationPage.vue") },
    { path: "/insight/:view(board|compare|places|cohorts|causes|stages|correlation|effect|priorities|forecasts|returns|use|library|papers)?", name: "insight", meta: { words: ["insight"] }, component: () => import("@/features/insight/InsightPage.vue") },
    { path: "/money/:view(advice)?/:project?", name: "money", component: () => import("@/features/money/MoneyPage.vue") },
    { path: "/plans/import", name: "planImport", meta: { words: ["office"] }, component: () => import("@/features/office/PlanImportPage.vue") },
    { path: "/audit/import", name: "ledgerImport", meta: { words: ["office"] }, component: () => import("@/features/office/LedgerImportPage.vue") },
    { path: "/settings/people/:username?", name: "people", meta: { words: ["office"] }, component: () => import("@/features/people/PeoplePage.vue") },
    { path: "/audit/:view(ledger)?", name: "audit", component: () => import("@/features/audit/LedgerPage.vue") },
    { path: "/audit/views", name: "views", component: () => import("@/features/audit/ViewsPage.vue") },
    { path: "/fleet", name: "fleet", meta: { words: ["commissioning"] }, component: () => import("@/features/fleet/FleetPage.vue") },
    { path: "/fleet/:gateway/:camera/commission", name: "commission", meta: { words: ["commissioning"] }, component: () => import("@/features/commissioning/CommissionPage.vue") },
    { path: "/fleet/gateways/:gateway", name: "gateway", meta: { words: ["commissioning"] }, component: () => import("@/features/fleet/GatewayPage.vue") },
    { path: "/trace/:kind(score|sheet|warning|record)/:id+", name: "trace", component: () => import("@/features/trace/TracePage.vue") },
    { path: "/map", name: "map", component: () => import("@/features/map/MapPage.vue") },
    { path: "/wall", name: "wall", meta: { alone: true }, component: () => import("@/features/wall/WallPage.vue") },
    { path: "/m/:view(warnings|me)?", name: "leader", meta: { alone: true }, component: () => import("@/features/leader/LeaderPage.vue") },
    { path: "/m/warnings/:warning", name: "leaderWarning", meta: { alone: true }, component: () => import("@/features/leader/LeaderWarning.vue") },
    { path: "/p/", name: "publicHome", meta: { bare: true }, component: () => import("@/features/public/PublicHome.vue") },
    { path: "/p/:code", name: "public", meta: { bare: true }, component: () => import("@/features/public/PublicPage.vue") },
    { path: "/p/:code/poster", name: "poster", meta: { bare: true }, component: () => import("@/features/public/PosterPage.vue") },
    { path: "/:rest(.*)*", name: "absent", component: () => import("@/frame/AbsentPage.vue") },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

function keepLang(to: RouteLocationNormalized, from: RouteLocationNormalized): RouteLocationRaw | null {
  const lost = from.query["lang"] === "en" && to.query["lang"] === undefined && to.path !== from.path;
  return lost ? { path: to.path, query: { ...to.query, lang: "en" }, hash: to.hash } : null;
}

router.beforeEach(async (to, from) => {
  const withLang = keepLang(to, from);
  if (withLang) return withLang;
  await speak(langInAddress(to.query["lang"]), to.meta.words ?? []);
  const session = useSession();
  if (to.meta.bare === true) return true;
  const toLogin = { name: "login", query: { ...(to.query["lang"] === "en" ? { lang: "en" } : {}), to: to.fullPath } };
  if (!session.signedIn) return toLogin;
  // The token of a reload may be refused (401 ends the session); any other failure is shown by the page's own blocks.
  if (!session.me) await session.load().catch(() => undefined);
  return session.signedIn ? true : toLogin;
});

router.onError((_, to) => void (missed.value = to.fullPath));

router.afterEach((to, from, failure) => {
  if (failure) return;
  missed.value = null;
  if (from.name && from.name !== to.name) void nextTick(() => document.getElementById("main")?.focus({ preventScroll: true })); // who reads by ear or keyboard begins with the new page
  const { signedIn, me } = useSession();
  if (signedIn && me && to.meta.bare !== true) tellPage(to.name, me.username);
});
