/** Builds the page: styles, stores, queries, words, addresses. */
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { createPinia } from "pinia";
import { createApp } from "vue";
import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/el-overlay.css";
import "element-plus/theme-chalk/el-dialog.css";
import "element-plus/theme-chalk/el-drawer.css";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/print.css";
import { ApiFault } from "@/api/fault";
import App from "@/App.vue";
import { i18n, langInAddress, speak } from "@/i18n";
import { router } from "@/router";
import "@/session/theme";

/** An answer is an answer: only a missing one is asked for again, twice. */
const retry = (failures: number, error: Error) => failures < 2 && error instanceof ApiFault && error.fields.status === 0;

/** What was not answered at all is asked for again until the centre is back: no page waits for somebody to press a button. */
const AGAIN_MS = 8_000;
const again = ({ state }: { state: { error: Error | null } }) => (state.error instanceof ApiFault && state.error.fields.status === 0 ? AGAIN_MS * (1 + Math.random() / 2) : false);

const queries = new QueryClient({ defaultOptions: { queries: { retry, refetchInterval: again, staleTime: 10_000, refetchOnWindowFocus: true } } });

const app = createApp(App).use(createPinia()).use(VueQueryPlugin, { queryClient: queries }).use(i18n).use(router);

/** Nothing is shown before its words are there; until then, and where they cannot be had, index.html speaks. */
void speak(langInAddress(new URLSearchParams(location.search).get("lang")), []).then(() => app.mount("#app"));
