/** The inspector's phone: a small application of its own under /inspect/, with a worker that keeps it on the phone. */
import vue from "@vitejs/plugin-vue";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PUBLIC = here("./inspect/public");

/** Writes the list of built files, and a version that changes with any of them, into the worker. */
function keptFiles(): Plugin {
  return {
    name: "kept-files",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const still = readdirSync(PUBLIC);
        const names = [...Object.keys(bundle).filter((name) => name !== "worker.js" && !name.endsWith(".html") && name !== "manifest.json"), ...still].sort();
        const digest = createHash("sha256");
        for (const name of Object.keys(bundle).sort()) {
          const made = bundle[name];
          digest.update(name).update(made?.type === "asset" ? made.source : (made?.code ?? ""));
        }
        for (const name of still) digest.update(name).update(readFileSync(`${PUBLIC}/${name}`));
        const kept = JSON.stringify({ version: digest.digest("hex").slice(0, 16), files: ["", ...names] });
        const worker = bundle["worker.js"];
        if (worker?.type !== "chunk") throw new Error("worker.js: expected a chunk of its own");
        worker.code = worker.code.replaceAll("__KEPT__", kept);
      },
    },
  };
}

export default defineConfig({
  root: here("./inspect"),
  base: "/inspect/",
  publicDir: PUBLIC,
  plugins: [vue(), keptFiles()],
  resolve: { alias: { "@": here("./src") } },
  define: { __VUE_I18N_LEGACY_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false", __VUE_I18N_FULL_INSTALL__: "false" },
  build: {
    target: "es2022",
    manifest: "manifest.json",
    outDir: here("./dist/inspect"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here("./inspect/index.html"), worker: here("./inspect/worker/worker.ts") },
      output: { entryFileNames: (chunk) => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
    },
  },
});
