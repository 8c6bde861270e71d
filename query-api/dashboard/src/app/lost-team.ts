import { useEffect, useRef } from "react";
import { accountsOf, type Account } from "@/shared/session/account";
import { useUser } from "@/shared/session/session";
import { toast } from "@/shared/ui/toast";

/** Says so to whoever is in the team that they look at no longer: the page goes on with another account, and nothing else would tell why. */
export function useLostTeam(account: Account): void {
  const accounts = accountsOf(useUser());
  const before = useRef(account);
  useEffect(() => {
    const { key, name } = before.current;
    before.current = account;
    if (key !== account.key && !accounts.some((one) => one.key === key)) {
      toast(`You are no longer in ${name}.`, "warning");
    }
  });
}
