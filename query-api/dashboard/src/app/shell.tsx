import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { Bell } from "@/features/alerts/bell";
import { BudgetWarnings } from "@/features/budgets/warnings";
import { useIsServed } from "@/shared/api/served";
import { useAccount } from "@/shared/session/account";
import { IconButton } from "@/shared/ui/button";
import { Addressed } from "./addressed";
import { Logo } from "./logo";
import { useLostTeam } from "./lost-team";
import { NAVIGATION, OF_THE_RUNNER } from "./navigation";
import { PersonMenu, TeamSwitcher, ThemeMenu } from "./top-bar";
import { usePlace } from "./use-place";

const SideMenu = lazy(() => import("./side-menu").then((module) => ({ default: module.SideMenu })));

export function Shell() {
  const [open, setOpen] = useState(false);
  const account = useAccount();
  const content = useRef<HTMLElement>(null);
  usePlace(content);
  useLostTeam(account);
  // A canvas takes the whole window.
  const isCanvas = useRouterState({ select: (state) => /^\/dashboard\/workflows\/[^/]+$/.test(state.location.pathname) });
  return (
    <div className="flex min-h-dvh flex-col lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-r border-line bg-surface px-3 py-4 lg:flex">
        <div className="px-2 pb-5">
          <Logo />
        </div>
        <Navigation />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex h-14 items-center gap-1.5 border-b border-line bg-surface px-3 sm:px-5">
          <IconButton label="Menu" aria-haspopup="dialog" aria-expanded={open} className="lg:hidden" onClick={() => setOpen(true)}>
            <MenuIcon aria-hidden />
          </IconButton>
          {open && (
            <Suspense fallback={null}>
              <SideMenu onClose={() => setOpen(false)}>
                <Navigation onPick={() => setOpen(false)} />
              </SideMenu>
            </Suspense>
          )}
          <TeamSwitcher />
          <div className="ml-auto flex items-center gap-0.5 sm:gap-1">
            <Bell key={account.key} account={account} />
            <ThemeMenu />
            <PersonMenu />
          </div>
        </header>
        <main ref={content} id="content" tabIndex={-1} className="warned-pages flex-1 outline-none">
          <Addressed account={account}>
            {!isCanvas && <BudgetWarnings key={`warnings of ${account.key}`} account={account} />}
            {/* Nothing of one account is shown, or filled into a form, as another's. */}
            <Outlet key={account.key} />
          </Addressed>
        </main>
      </div>
    </div>
  );
}

function Navigation({ onPick }: { onPick?: () => void }) {
  const hasRunner = useIsServed("/api/workflows?limit=1");
  return (
    <nav aria-label="Main" className="grid gap-5">
      {NAVIGATION.map((group) => (
        <div key={group.title}>
          <p className="px-2.5 pb-1 text-xs font-medium text-soft">{group.title}</p>
          <ul className="grid gap-0.5">
            {group.pages.filter((page) => hasRunner || !OF_THE_RUNNER.has(page.to)).map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  {...(onPick ? { onClick: onPick } : {})}
                  className="flex items-center gap-2.5 rounded-lg px-2.5 py-2 font-medium text-soft transition-colors hover:bg-line/50 hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent lg:py-1.5"
                  activeOptions={{ includeSearch: false }}
                >
                  <Icon aria-hidden className="size-[1.125rem]" />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
