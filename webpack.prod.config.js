// Production build: the same entries, minified, under names that change with their content.
const MiniCssExtractPlugin = require("mini-css-extract-plugin");
const development = require("./webpack.config.js");

const named = (extension) => `[name]-[contenthash].bundle.${extension}`;

module.exports = {
  ...development,
  mode: "production",
  devtool: false,
  output: { ...development.output, filename: named("js") },
  plugins: development.plugins.map((plugin) =>
    plugin instanceof MiniCssExtractPlugin
      ? new MiniCssExtractPlugin({ filename: named("css") })
      : plugin,
  ),
  performance: { maxAssetSize: 250000, maxEntrypointSize: 250000 },
};
