import type { Connector } from "./api";

/** What has to be told so that a credential of a kind can be used. */
export interface Way {
  id: string;
  label: string;
  fields: readonly { name: string; label: string; secret: boolean; help?: string }[];
}

const TOKEN: Way = { id: "bearer", label: "Bearer token", fields: [{ name: "token", label: "Token", secret: true }] };
const API_KEY: Way = { id: "api_key", label: "API key", fields: [{ name: "apiKey", label: "API key", secret: true }] };
const BASIC: Way = {
  id: "basic",
  label: "User name and password",
  fields: [
    { name: "username", label: "User name", secret: false },
    { name: "password", label: "Password", secret: true },
  ],
};
const ADDRESS: Way = { id: "url", label: "Secret address", fields: [{ name: "url", label: "Address", secret: true }] };

const PROVIDERS: Record<string, { label: string; ways: readonly Way[] }> = {
  openai: { label: "OpenAI", ways: [API_KEY] },
  anthropic: { label: "Anthropic", ways: [API_KEY] },
  google: { label: "Google Gemini", ways: [API_KEY] },
  openai_compatible: {
    label: "Other, with OpenAI's API",
    ways: [
      {
        id: "compatible",
        label: "Address and key",
        fields: [
          { name: "baseUrl", label: "Base address", secret: false, help: "Such as https://models.example.com/v1." },
          { name: "apiKey", label: "API key", secret: true },
        ],
      },
    ],
  },
};

const SECRET: Way = {
  id: "secret",
  label: "Secret",
  fields: [{ name: "value", label: "Value", secret: true, help: "Nodes refer to it as {{secrets.NAME}}." }],
};

const BY_AUTH: Record<string, Way> = { bearer: TOKEN, oauth2: TOKEN, api_key: API_KEY, basic: BASIC };

export interface Kind {
  kind: string;
  label: string;
  group: "Models" | "Connectors" | "Workflows";
  ways: readonly Way[];
}

/** What credentials can be for: the providers of models, each connector that wants one, and secrets that workflows name. */
export function kindsOf(connectors: readonly Connector[]): Kind[] {
  return [
    ...Object.entries(PROVIDERS).map(([kind, { label, ways }]): Kind => ({ kind, label, group: "Models", ways })),
    ...connectors.flatMap((connector): Kind[] => {
      const { type } = connector;
      // Chats and webhooks take whoever has the address: there, the address is the secret.
      const ways = [
        ...(type === "slack" || type === "webhook" ? [ADDRESS] : []),
        ...(type === "slack" ? [] : (connector.authTypes ?? []).flatMap((auth) => BY_AUTH[auth] ?? [])),
      ];
      return type && ways.length > 0 ? [{ kind: type, label: connector.name ?? type, group: "Connectors", ways }] : [];
    }),
    { kind: "secret", label: "Secret of workflows", group: "Workflows", ways: [SECRET] },
  ];
}

export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
