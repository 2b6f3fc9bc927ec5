// JSX only: the browsers we serve run the rest as written. Jest wants CommonJS besides.
module.exports = {
  presets: [["@babel/preset-react", { runtime: "automatic" }]],
  env: { test: { plugins: ["@babel/plugin-transform-modules-commonjs"] } },
};
