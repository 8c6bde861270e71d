import { ChartSpline } from "lucide-react";

export const NAVIGATION = [
  {
    title: "Spend",
    pages: [{ to: "/dashboard/usage", label: "Usage", icon: ChartSpline }],
  },
] as const;
