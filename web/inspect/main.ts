/** Builds the inspector's page and hands it to the phone to keep. */
import { createApp } from "vue";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "./phone.css";
import "./words";
import { i18n, langInAddress, setLang } from "@/i18n";
import "@/session/theme";
import App from "./App.vue";

const LANG = "siteprogress.lang";
const asked = new URLSearchParams(location.search).get("lang");
if (asked) localStorage.setItem(LANG, asked);
setLang(langInAddress(asked ?? localStorage.getItem(LANG)));

createApp(App).use(i18n).mount("#app");

if ("serviceWorker" in navigator && import.meta.env.PROD) void navigator.serviceWorker.register("/inspect/worker.js", { scope: "/inspect/" });
