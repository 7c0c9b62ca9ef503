/** Builds the inspector's page and hands it to the phone to keep. */
import { createApp } from "vue";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "./phone.css";
import "@/session/theme";
import App from "./App.vue";
import { beginLang, i18n } from "./words";

beginLang();
createApp(App).use(i18n).mount("#app");

if ("serviceWorker" in navigator && import.meta.env.PROD) void navigator.serviceWorker.register("/inspect/worker.js", { scope: "/inspect/" });
