import { useQuery } from "@tanstack/react-query";
import { useAccount } from "@/shared/session/account";
import { budgetsQuery } from "@/features/budgets/api";
import { Wizard } from "@/features/budgets/wizard";
import { keysQuery, useMakeKey } from "@/features/keys/api";
import { WelcomePage } from "@/features/welcome/welcome-page";

/** The first visit is where keys, usage and budgets meet. */
export function Welcome() {
  const account = useAccount();
  const make = useMakeKey(account);
  const budgets = useQuery(budgetsQuery(account)).data?.budgets;
  const keys = useQuery(keysQuery(account)).data;
  return (
    <WelcomePage
      key={account.key}
      makeKey={async () => (await make.mutateAsync({ name: "First key", scopes: ["ingest"] })).key}
      hasKey={keys !== undefined && keys.length > 0}
      hasBudget={budgets !== undefined && budgets.length > 0}
      wizard={(onClose) => <Wizard account={account} onClose={onClose} />}
    />
  );
}
