const js = require("@eslint/js");
const globals = require("globals");

module.exports = [
  { ignores: ["bundles/", "staticfiles/", "media/", ".venv/", ".cache/", "coverage/"] },
  js.configs.recommended,
  {
    files: ["**/*.{js,jsx}"],
    languageOptions: { sourceType: "commonjs", globals: globals.node },
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["frontend/**/*.{js,jsx}"],
    languageOptions: {
      sourceType: "module",
      globals: globals.browser,
      parserOptions: { ecmaFeatures: { jsx: true } },
    },
  },
  {
    files: ["**/*.test.{js,jsx}", "frontend/testing/**"],
    languageOptions: { globals: globals.jest },
  },
];
