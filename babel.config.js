// JSX only: the browsers that we serve run the rest as written. Jest also needs CommonJS.
module.exports = {
  presets: [["@babel/preset-react", { runtime: "automatic" }]],
  env: { test: { plugins: ["@babel/plugin-transform-modules-commonjs"] } },
};
