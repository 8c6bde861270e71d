/** What is pasted into the settings of each agent. */
export interface AgentSetup {
  id: string;
  label: string;
  where: string;
  code: (origin: string) => string;
}

export const SETUPS: readonly AgentSetup[] = [
  {
    id: "claude-code",
    label: "Claude Code",
    where: "~/.claude/settings.json, or an organisation's managed settings",
    code: (origin) =>
      JSON.stringify(
        {
          env: {
            CLAUDE_CODE_ENABLE_TELEMETRY: "1",
            OTEL_LOGS_EXPORTER: "otlp",
            OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
            OTEL_EXPORTER_OTLP_ENDPOINT: origin,
            OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer pm_your_key",
          },
        },
        null,
        2,
      ),
  },
  {
    id: "codex",
    label: "Codex CLI",
    where: "~/.codex/config.toml",
    code: (origin) => `[otel]
environment = "prod"
log_user_prompt = false

[otel.exporter."otlp-http"]
endpoint = "${origin}/v1/logs"
protocol = "binary"

[otel.exporter."otlp-http".headers]
"authorization" = "Bearer pm_your_key"`,
  },
  {
    id: "gemini-cli",
    label: "Gemini CLI",
    where: "~/.gemini/settings.json; the key stands in the environment, as OTEL_EXPORTER_OTLP_HEADERS=\"Authorization=Bearer pm_your_key\"",
    code: (origin) =>
      JSON.stringify({ telemetry: { enabled: true, target: "local", otlpEndpoint: origin, otlpProtocol: "http", logPrompts: false } }, null, 2),
  },
];

export function agentName(agent: string): string {
  return SETUPS.find((setup) => setup.id === agent)?.label ?? agent;
}
