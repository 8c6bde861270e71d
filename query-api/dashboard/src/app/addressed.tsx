import { useSearch } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import { isZone } from "@/shared/format/time";
import { accountsOf, type Account } from "@/shared/session/account";
import { useUser, type User } from "@/shared/session/session";

const UnknownTeam = lazy(() => import("./address-notes").then((module) => ({ default: module.UnknownTeam })));
const UnknownZone = lazy(() => import("./address-notes").then((module) => ({ default: module.UnknownZone })));

/** A page, if its address is not of another team; and a word where the address names a zone that there is not. */
export function Addressed({ account, children }: { account: Account; children: ReactNode }) {
  const user = useUser();
  const { team, zone }: { team?: string; zone?: string } = useSearch({ strict: false });
  return (
    <>
      {zone !== undefined && !isZone(zone) && (
        <Suspense fallback={null}>
          <UnknownZone zone={zone} />
        </Suspense>
      )}
      {isOfOwnTeam(user, team) ? (
        children
      ) : (
        <Suspense fallback={null}>
          <UnknownTeam account={account} />
        </Suspense>
      )}
    </>
  );
}

/** Whether an address names a team that its reader is in, or none. */
export function isOfOwnTeam(user: User, team: string | undefined): boolean {
  return team === undefined || accountsOf(user).some((account) => account.key === team);
}
