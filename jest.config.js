// The components run on Preact here too, as in the bundle (webpack.config.js has the same alias).
module.exports = {
  roots: ["<rootDir>/frontend"],
  testEnvironment: "jsdom",
  moduleNameMapper: {
    "^react/jsx-runtime$": "preact/jsx-runtime",
    "^react-dom/client$": "preact/compat/client",
    "^(react|react-dom)$": "preact/compat",
  },
  // Preact comes as ES modules, which Jest reads once Babel has made CommonJS of them.
  transform: { "\\.(mjs|jsx?)$": "babel-jest" },
  transformIgnorePatterns: ["/node_modules/(?!preact/|@testing-library/preact/)"],
};
