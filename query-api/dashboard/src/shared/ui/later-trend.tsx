import { later } from "./later";
import { Skeleton } from "./layout";

/** The trend, without the chart library in the code of the page that has it. */
export const Trend = later(
  () => import("./trend").then((module) => module.Trend),
  <Skeleton className="h-[25rem] rounded-xl sm:h-[23.625rem]" />,
);
