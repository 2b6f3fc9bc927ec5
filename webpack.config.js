// Development build: readable bundles with source maps. webpack.prod.config.js extends it.
const path = require("path");
const MiniCssExtractPlugin = require("mini-css-extract-plugin");
const BundleTracker = require("webpack-bundle-tracker");

module.exports = {
  mode: "development",
  context: __dirname,
  // eval, webpack's default in development, is forbidden by the Content-Security-Policy.
  devtool: "source-map",
  entry: {
    theme: "./frontend/entries/theme.scss",
    imageswitcher: "./frontend/entries/imageswitcher.jsx",
    analytics: "./frontend/entries/analytics.js",
    charts: "./frontend/entries/charts.js",
    passkeys: "./frontend/entries/passkeys.js",
    conversation: "./frontend/entries/conversation.jsx",
    customerService: "./frontend/entries/customerService.jsx",
  },
  output: {
    path: path.resolve(__dirname, "bundles"),
    filename: "[name].bundle.js",
    // Relative addresses: Django's static storage decides where files are served from.
    publicPath: "auto",
    clean: true,
  },
  resolve: {
    extensions: [".js", ".jsx"],
    // Written against React, run on Preact: a tenth of the weight (jest.config.js does the same).
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom/client": "preact/compat/client",
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
  },
  module: {
    rules: [
      { test: /\.jsx?$/, exclude: /node_modules/, use: "babel-loader" },
      {
        test: /\.scss$/,
        use: [
          MiniCssExtractPlugin.loader,
          "css-loader",
          {
            loader: "sass-loader",
            options: {
              sassOptions: {
                quietDeps: true,
                // Bootstrap 5.3 uses @import, and cannot be configured in any other way.
                silenceDeprecations: ["import", "global-builtin"],
              },
            },
          },
        ],
      },
      // The same name in the style sheet and in base.html's preload: Django adds the hash.
      {
        test: /\.woff2$/,
        type: "asset/resource",
        generator: { filename: "fonts/[name][ext]" },
      },
    ],
  },
  plugins: [
    new MiniCssExtractPlugin({ filename: "[name].bundle.css" }),
    new BundleTracker({ path: __dirname, filename: "webpack-stats.json" }),
  ],
};
