import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { isUnauthenticated } from "@/shared/api/client";
import { accountOf } from "@/shared/session/account";
import { sessionQuery } from "@/shared/session/session";
import { readAlertSearch } from "@/features/alerts/search";
import { readBudgetSearch } from "@/features/budgets/search";
import { readDeveloperSearch } from "@/features/developers/search";
import { readTeamSearch } from "@/features/team/search";
import { askAhead } from "@/features/usage/ask-ahead";
import { readUsageSearch } from "@/features/usage/search";
import { readOutputSearch } from "@/features/workflows/outputs";
import { readBuilderSearch, readExecutionSearch, readTemplateSearch, readWorkflowSearch } from "@/features/workflows/search";
import { isOfOwnTeam } from "./addressed";
import { PageFailure, NotFound, PageSkeleton } from "./fallbacks";
import { Shell } from "./shell";

interface Context {
  queryClient: QueryClient;
}

type Raw = Record<string, unknown>;

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Drops what is undefined, so that it does not stand in the address. */
function only<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Raw): { then?: string; email?: string; problem?: string; issuer?: string } =>
    only({ then: text(search.then) as string, email: text(search.email) as string, problem: text(search.problem) as string, issuer: text(search.issuer) as string }),
  component: lazyRouteComponent(() => import("./sign-in"), "SignIn"),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  validateSearch: (search: Raw): { then?: string; email?: string } => only({ then: text(search.then) as string, email: text(search.email) as string }),
  component: lazyRouteComponent(() => import("./sign-up"), "SignUp"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("./password-reset"), "ForgottenPassword"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./password-reset"), "NewPassword"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/dashboard/usage" });
  },
});

/** Everything behind the sign-in. The account and the zone stay when one goes from page to page. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  validateSearch: (search: Raw): { team?: string; zone?: string } =>
    only({ team: text(search.team) as string, zone: text(search.zone) as string }),
  search: { middlewares: [retainSearchParams(["team", "zone"])] },
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (isUnauthenticated(error)) {
        throw redirect({ to: "/sign-in", search: { then: location.href } });
      }
      throw error;
    }
  },
  component: Shell,
  errorComponent: PageFailure,
});

/** What all pages of a kind stand under has none of its own, and leads to the first of them. */
const dashboard = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard",
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/dashboard/usage", search, replace: true });
  },
});

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/settings/budget", search, replace: true });
  },
});

const usage = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/usage",
  validateSearch: readUsageSearch,
  beforeLoad: ({ context: { queryClient }, search, cause }) => {
    const user = queryClient.getQueryData(sessionQuery.queryKey);
    // Who is on it already sees it ask.
    if (user && cause !== "stay" && isOfOwnTeam(user, search.team)) {
      askAhead(queryClient, accountOf(user, search.team), search);
    }
  },
  component: lazyRouteComponent(() => import("@/features/usage/usage-page"), "UsagePage"),
});

const developers = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/developers",
  validateSearch: readDeveloperSearch,
  component: lazyRouteComponent(() => import("@/features/developers/developers-page"), "DevelopersPage"),
});

const alerts = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/alerts",
  validateSearch: readAlertSearch,
  component: lazyRouteComponent(() => import("@/features/alerts/alerts-page"), "AlertsPage"),
});

const budget = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/budget",
  validateSearch: readBudgetSearch,
  component: lazyRouteComponent(() => import("@/features/budgets/budget-page"), "BudgetPage"),
});

const lab = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/lab",
  component: lazyRouteComponent(() => import("@/features/lab/lab-page"), "LabPage"),
});

const keys = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/api-keys",
  component: lazyRouteComponent(() => import("@/features/keys/keys-page"), "KeysPage"),
});

const welcome = createRoute({
  getParentRoute: () => signedIn,
  path: "/welcome",
  component: lazyRouteComponent(() => import("./welcome"), "Welcome"),
});

const team = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/team",
  validateSearch: readTeamSearch,
  component: lazyRouteComponent(() => import("@/features/team/team-dashboard-page"), "TeamDashboardPage"),
});

const teamSettings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/team",
  component: lazyRouteComponent(() => import("@/features/team/team-settings-page"), "TeamSettingsPage"),
});

/** For whoever has the link, signed in or not. */
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invite/$token",
  component: lazyRouteComponent(() => import("@/features/team/invitation-page"), "InvitationPage"),
});

const notifications = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/notifications",
  component: lazyRouteComponent(() => import("@/features/notifications/notifications-page"), "NotificationsPage"),
});

const connectors = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/connectors",
  component: lazyRouteComponent(() => import("@/features/connectors/connectors-page"), "ConnectorsPage"),
});

const workflows = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/workflows",
  validateSearch: readWorkflowSearch,
  component: lazyRouteComponent(() => import("@/features/workflows/list-page"), "WorkflowListPage"),
});

const outputs = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/outputs",
  validateSearch: readOutputSearch,
  component: lazyRouteComponent(() => import("@/features/workflows/outputs-page"), "OutputsPage"),
});

const templates = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/workflow-templates",
  validateSearch: readTemplateSearch,
  component: lazyRouteComponent(() => import("@/features/workflows/templates-page"), "TemplatesPage"),
});

/** Of the id "new", one that is not saved yet: what is on the page stays when it gets an id. */
const workflow = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/workflows/$id",
  validateSearch: readBuilderSearch,
  component: lazyRouteComponent(() => import("@/features/workflows/builder-page"), "WorkflowPage"),
});

const executions = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/workflows/$id/executions",
  validateSearch: readExecutionSearch,
  component: lazyRouteComponent(() => import("@/features/workflows/executions-page"), "ExecutionsPage"),
});

const execution = createRoute({
  getParentRoute: () => signedIn,
  path: "/dashboard/workflows/$id/executions/$executionId",
  component: lazyRouteComponent(() => import("@/features/workflows/execution-page"), "ExecutionPage"),
});

const routeTree = root.addChildren([home, signIn, signUp, forgotPassword, resetPassword, invitation, signedIn.addChildren([
    dashboard,
    settings,
    usage,
    developers,
    alerts,
    budget,
    lab,
    keys,
    welcome,
    team,
    teamSettings,
    notifications,
    connectors,
    workflows,
    outputs,
    templates,
    workflow,
    executions,
    execution,
  ])]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: PageFailure,
    scrollRestoration: true,
    // Plain text in the address, as people write it.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const params = new URLSearchParams();
      for (const [name, value] of Object.entries(search)) {
        if (value !== undefined && value !== "") {
          params.set(name, String(value));
        }
      }
      const written = params.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%7E", "~");
      return written && `?${written}`;
    },
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
