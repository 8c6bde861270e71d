import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = ["usage", "developers", "budgets", "alerts", "lab", "welcome", "keys", "team", "workflows", "notifications", "connectors"];

export default tseslint.config(
  { ignores: ["dist", "build", "node_modules", "src/shared/api/schema.d.ts", "src/shared/api/enums.ts", "public"] },
  tseslint.configs.recommended,
  hooks.configs.flat.recommended,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  // Imports go one way: app, features, shared. Features know nothing of each other.
  {
    files: ["src/shared/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["@/app/*", "@/features/*"] }] },
  },
  ...features.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@/app/*", ...features.filter((other) => other !== feature).map((other) => `@/features/${other}/*`)] },
      ],
    },
  })),
  { files: ["journeys/**"], rules: { "@typescript-eslint/no-explicit-any": "off" } },
);
