/** One entry, four chunks that matter: the page, ECharts (where a curve is drawn), MapLibre (the map) and Element Plus. */
import vue from "@vitejs/plugin-vue";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const centre = process.env["SITEPROGRESS_CENTRE"] ?? "http://127.0.0.1:8000";

/** MapLibre and what only it needs: its own chunk, loaded where a map is. */
const OF_THE_MAP = ["maplibre-gl", "@mapbox", "@maplibre", "bidi-js", "require-from-string", "earcut", "gl-matrix", "kdbush", "murmurhash-js", "pbf", "potpack", "quickselect", "resolve-protobuf-schema", "tinyqueue"];

function chunkOf(id: string): string | undefined {
  if (id.includes("/node_modules/echarts/") || id.includes("/node_modules/zrender/")) return "echarts";
  if (id.includes("/node_modules/element-plus/") || id.includes("/node_modules/@floating-ui/")) return "element";
  if (OF_THE_MAP.some((name) => id.includes(`/node_modules/${name}/`))) return "maplibre";
  if (id.includes("/node_modules/qrcode-generator/")) return "qrcode"; // public pages only
  if (id.includes("/node_modules/")) return "vendor";
  return undefined;
}

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: { __VUE_I18N_LEGACY_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false", __VUE_I18N_FULL_INSTALL__: "false" },
  build: {
    target: "es2022",
    manifest: "manifest.json", // what loads with what: the budget is counted from it
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { manualChunks: chunkOf } },
  },
  server: { proxy: { "/api": { target: centre, changeOrigin: false } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
