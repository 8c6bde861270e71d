import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const product = process.env.PRODUCT_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: process.env.DASHBOARD_OUT ?? "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2023",
    // Fonts and icons stay files: the page's policy takes nothing that stands in the text of another.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": product, "/v1": product, "/openapi.json": product } },
});
