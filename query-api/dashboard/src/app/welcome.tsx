import { useAccount } from "@/shared/session/account";
import { Wizard } from "@/features/budgets/wizard";
import { useMakeKey } from "@/features/keys/api";
import { WelcomePage } from "@/features/welcome/welcome-page";

/** The first visit is where keys, usage and budgets meet. */
export function Welcome() {
  const account = useAccount();
  const make = useMakeKey(account);
  return (
    <WelcomePage
      key={account.key}
      makeKey={async () => (await make.mutateAsync({ name: "First key", scopes: ["ingest"] })).key}
      wizard={(onClose, onDone) => <Wizard account={account} onClose={onClose} onDone={onDone} />}
    />
  );
}
