import { useMutation } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { ChevronsUpDown, KeyRound, LogOut, Monitor, Moon, Sun, User as UserIcon, Users } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { answer, api, isOtherPerson, isUnauthenticated, messageOf } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { accountsOf, remember, useAccount } from "@/shared/session/account";
import { dropDraftsOf } from "@/shared/session/drafts";
import { useUser } from "@/shared/session/session";
import { tellOtherTabs } from "@/shared/session/tabs";
import { setTheme, useTheme, type Theme } from "@/shared/theme";
import { IconButton } from "@/shared/ui/button";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "@/shared/ui/menu";
import { toast } from "@/shared/ui/toast";
import { whatIsUnsaved } from "@/shared/ui/unsaved";
import { ASKS_WHO_ONE_IS } from "./query-client";

const PasswordDialog = lazy(() => import("./password-dialog").then((module) => ({ default: module.PasswordDialog })));
const UnsavedDialog = lazy(() => import("@/shared/ui/unsaved-dialog").then((module) => ({ default: module.UnsavedDialog })));

export function TeamSwitcher() {
  const user = useUser();
  const account = useAccount();
  const navigate = useNavigate();
  const Icon = account.isTeam ? Users : UserIcon;
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          data-testid="team-switcher"
          aria-label={`Account: ${account.name}. Change`}
          className="flex min-w-0 items-center gap-2 rounded-lg px-2 py-1.5 font-medium hover:bg-line/60"
        >
          <span className="flex size-6 shrink-0 items-center justify-center rounded-md bg-accent-wash text-accent">
            <Icon aria-hidden className="size-3.5" />
          </span>
          <span dir="auto" className="truncate" title={account.name}>{account.name}</span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-soft" />
        </button>
      }
    >
      <MenuLabel>Accounts</MenuLabel>
      <MenuChoice
        value={account.key}
        onChange={(key) => {
          remember(key);
          // What a page was narrowed down to belongs to the account that one leaves.
          void navigate({ to: ".", search: (before) => ({ team: key, ...(before.zone ? { zone: before.zone } : {}) }) });
        }}
        options={accountsOf(user).map((one) => ({
          value: one.key,
          label: (
            <span className="flex w-full min-w-0 items-center justify-between gap-4">
              <span dir="auto" className="min-w-0 text-left wrap-anywhere">{one.name}</span>
              <span className="shrink-0 text-xs text-soft">{one.isTeam ? words(one.role) : "Only you"}</span>
            </span>
          ),
        }))}
      />
    </Menu>
  );
}

const THEMES: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
];

export function ThemeMenu() {
  const theme = useTheme();
  const { icon: Icon } = THEMES.find((one) => one.value === theme)!;
  return (
    <Menu
      trigger={
        <IconButton label="Theme">
          <Icon aria-hidden />
        </IconButton>
      }
    >
      <MenuChoice value={theme} onChange={setTheme} options={THEMES} />
    </Menu>
  );
}

export function PersonMenu() {
  const user = useUser();
  const router = useRouter();
  const leave = () => {
    dropDraftsOf(user.id);
    tellOtherTabs();
    // Whether anything may be lost was asked while it could still be saved.
    void router.navigate({ to: "/sign-in", ignoreBlocker: true });
  };
  const [isChanging, setChanging] = useState(false);
  const [unsaved, setUnsaved] = useState<string | null>(null);
  const signOut = useMutation({
    meta: ASKS_WHO_ONE_IS,
    mutationFn: () => answer(api.POST("/api/auth/logout")),
    onSuccess: leave,
    onError: (failure) => {
      if (isUnauthenticated(failure)) {
        leave();
      } else if (!isOtherPerson(failure)) {
        // Nobody is told that they have left while the session goes on.
        toast(`You are still signed in. ${messageOf(failure)}`, "critical");
      }
    },
  });
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            // Whoever speaks to the page says what they see.
            aria-label={`${initials(user.name)}, signed in as ${user.name}`}
            className="ml-1 flex size-8 items-center justify-center rounded-full bg-accent text-xs font-semibold text-accent-ink"
          >
            {initials(user.name)}
          </button>
        }
      >
        <div className="px-2.5 py-1.5">
          <p className="font-medium wrap-anywhere">{user.name}</p>
          <p className="text-xs wrap-anywhere text-soft">{user.email}</p>
        </div>
        <MenuLine />
        {user.hasPassword && (
          <MenuItem onSelect={() => setChanging(true)}>
            <KeyRound aria-hidden className="size-4" /> Change the password
          </MenuItem>
        )}
        <MenuItem
          onSelect={() => {
            const what = whatIsUnsaved();
            if (what === undefined) {
              signOut.mutate();
            } else {
              setUnsaved(what);
            }
          }}
        >
          <LogOut aria-hidden className="size-4" /> Sign out
        </MenuItem>
      </Menu>
      {isChanging && (
        <Suspense fallback={null}>
          <PasswordDialog email={user.email} onClose={() => setChanging(false)} />
        </Suspense>
      )}
      {unsaved !== null && (
        <Suspense fallback={null}>
          <UnsavedDialog
            title="Sign out without saving?"
            what={unsaved}
            action="Sign out"
            onStay={() => setUnsaved(null)}
            onLose={() => {
              setUnsaved(null);
              signOut.mutate();
            }}
          />
        </Suspense>
      )}
    </>
  );
}

/** Of the first and the last name; a character is whole, also where it is more than one unit of a string. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const first = (part: string | undefined) => [...(part ?? "")][0] ?? "";
  return ((first(parts[0]) || "?") + (parts.length > 1 ? first(parts.at(-1)) : "")).toUpperCase();
}
