/** Flat config: TypeScript strict, Vue recommended; formatting rules are off because they are taste. */
import vue from "eslint-plugin-vue";
import ts from "typescript-eslint";
import parser from "vue-eslint-parser";

export default ts.config(
  { ignores: ["dist/**", "node_modules/**", "src/api/schema.gen.ts"] },
  ...ts.configs.strict,
  ...vue.configs["flat/essential"],
  {
    files: ["**/*.vue"],
    languageOptions: { parser, parserOptions: { parser: ts.parser, sourceType: "module", extraFileExtensions: [".vue"] } },
  },
  {
    rules: {
      "vue/multi-word-component-names": "off",
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/no-v-html": "error",
      "vue/no-static-inline-styles": "error",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
);
