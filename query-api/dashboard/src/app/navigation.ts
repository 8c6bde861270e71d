import { BellRing, Cable, ChartSpline, FileText, FlaskConical, KeyRound, PiggyBank, Rocket, Send, SquareTerminal, UserCog, Users, Workflow } from "lucide-react";

export const NAVIGATION = [
  {
    title: "Spend",
    pages: [
      { to: "/dashboard/usage", label: "Usage", icon: ChartSpline },
      { to: "/dashboard/team", label: "Team spend", icon: Users },
      { to: "/dashboard/developers", label: "Developers", icon: SquareTerminal },
      { to: "/settings/budget", label: "Budget", icon: PiggyBank },
      { to: "/dashboard/alerts", label: "Alerts", icon: BellRing },
    ],
  },
  {
    title: "Build",
    pages: [
      { to: "/dashboard/lab", label: "Prompt lab", icon: FlaskConical },
      { to: "/dashboard/workflows", label: "Workflows", icon: Workflow },
      { to: "/dashboard/outputs", label: "Outputs", icon: FileText },
      { to: "/dashboard/connectors", label: "Connectors", icon: Cable },
    ],
  },
  {
    title: "Set up",
    pages: [
      { to: "/welcome", label: "Get started", icon: Rocket },
      { to: "/settings/api-keys", label: "API keys", icon: KeyRound },
      { to: "/settings/team", label: "Team", icon: UserCog },
      { to: "/settings/notifications", label: "Notifications", icon: Send },
    ],
  },
] as const;

/** Served by the workflow runner, which does not stand everywhere. */
export const OF_THE_RUNNER: ReadonlySet<string> = new Set(["/dashboard/workflows", "/dashboard/outputs", "/dashboard/connectors"]);
