import { useSearch } from "@tanstack/react-router";
import { useUser, type Role, type User } from "./session";
import { browserZone } from "@/shared/format/time";

/** What a page is about: one of the viewer's teams, or what is theirs alone. */
export interface Account {
  /** As in the address: a team's id, or "me". */
  key: string;
  name: string;
  isTeam: boolean;
  role: Role;
  /** The zone in which the account's days begin. */
  zone: string;
  /** Names the account in a query of the API. */
  params: { teamId: string } | { userId: string };
  /** Names what of the account the viewer may see: all of it, or their own part. */
  visible: { teamId?: string; userId?: string };
  /** As the API writes it: team:<id> or user:<id>. */
  account: string;
  maySeeAll: boolean;
  mayManage: boolean;
  mayExport: boolean;
  mayEdit: boolean;
  tier: User["tier"];
  /** What the tier holds; everything, where the operator enforces none. */
  features: User["features"];
  userId: string;
}

/** Whether the tier tells what is spent member by member. Of an account of one's own there is nobody else to tell of. */
export function tellsMembers({ isTeam, features }: Pick<Account, "isTeam" | "features">): boolean {
  return !isTeam || features.memberAnalytics !== false;
}

const REMEMBERED = "account";

const ACCOUNTS = new WeakMap<User, readonly Account[]>();

/** Made once for a user: every row of a table asks for the account. */
export function accountsOf(user: User): readonly Account[] {
  const known = ACCOUNTS.get(user);
  if (known) {
    return known;
  }
  const made = makeAccounts(user);
  ACCOUNTS.set(user, made);
  return made;
}

function makeAccounts(user: User): Account[] {
  const teams = user.teams.map((team): Account => {
    const isAdmin = team.role === "owner" || team.role === "admin";
    return {
      key: team.id,
      name: team.name,
      isTeam: true,
      role: team.role,
      zone: team.timezone,
      params: { teamId: team.id },
      visible: isAdmin ? { teamId: team.id } : { teamId: team.id, userId: user.id },
      account: `team:${team.id}`,
      maySeeAll: isAdmin,
      mayManage: isAdmin,
      mayExport: team.role === "owner" && team.features.exports !== false,
      mayEdit: team.role !== "viewer",
      tier: team.tier,
      features: team.features,
      userId: user.id,
    };
  });
  return [
    ...teams,
    {
      key: "me",
      name: "Personal",
      isTeam: false,
      role: "owner",
      zone: browserZone(),
      params: { userId: user.id },
      visible: { userId: user.id },
      account: `user:${user.id}`,
      maySeeAll: true,
      mayManage: true,
      mayExport: user.features.exports !== false,
      mayEdit: true,
      tier: user.tier,
      features: user.features,
      userId: user.id,
    },
  ];
}

/** The account of the address, else the one last chosen here, else the first. */
export function accountOf(user: User, key: string | undefined): Account {
  const accounts = accountsOf(user);
  return (
    accounts.find((account) => account.key === key) ??
    accounts.find((account) => account.key === remembered()) ??
    accounts[0]!
  );
}

export function remember(key: string): void {
  try {
    localStorage.setItem(REMEMBERED, key);
  } catch {
    // Then the next visit begins with the first one.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

export function useAccount(): Account {
  const user = useUser();
  const search: { team?: string } = useSearch({ strict: false });
  return accountOf(user, search.team);
}
