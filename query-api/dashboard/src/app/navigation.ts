import { BellRing, ChartSpline, FlaskConical, KeyRound, PiggyBank, Rocket, UserCog, Users, Workflow } from "lucide-react";

export const NAVIGATION = [
  {
    title: "Spend",
    pages: [
      { to: "/dashboard/usage", label: "Usage", icon: ChartSpline },
      { to: "/dashboard/team", label: "Team spend", icon: Users, Workflow },
      { to: "/settings/budget", label: "Budget", icon: PiggyBank },
      { to: "/dashboard/alerts", label: "Alerts", icon: BellRing },
    ],
  },
  {
    title: "Build",
    pages: [
      { to: "/dashboard/lab", label: "Prompt lab", icon: FlaskConical },
      { to: "/dashboard/workflows", label: "Workflows", icon: Workflow },
    ],
  },
  {
    title: "Set up",
    pages: [
      { to: "/welcome", label: "Get started", icon: Rocket },
      { to: "/settings/api-keys", label: "API keys", icon: KeyRound },
      { to: "/settings/team", label: "Team", icon: UserCog },
    ],
  },
] as const;
