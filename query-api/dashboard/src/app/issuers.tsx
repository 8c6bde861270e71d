import { useQuery } from "@tanstack/react-query";
import { waysInQuery } from "@/shared/session/ways-in";
import { buttonClass } from "@/shared/ui/button";

const PROBLEMS: Record<string, string> = {
  issuer_away: "It does not answer just now. Try again in a moment, or sign in another way.",
  too_many_sign_ins: "Too many have gone there without coming back. Try again within the hour, or sign in another way.",
  issuer_refused: "You were not let in there. Ask whoever runs it whether you may use Prompt Manage.",
  sign_in_expired: "That took too long, or was begun in another browser. Try again.",
  sign_in_unproven: "What came back does not prove who you are. Try again; tell whoever runs this installation if it stays.",
  email_unverified: "It does not say that you read your e-mail address. Confirm the address there, then try again.",
  account_unproven:
    "Someone has made an account here with your e-mail address and a password. If it was you, sign in with the password, then open this page again and go to the issuer once more: that joins the two. If it was not you, start afresh: nobody gets into the old account any more, and nothing of it will be in yours.",
  account_disabled: "Your account is switched off. Ask whoever runs this installation.",
  operator_account: "This is the operator's address: sign in with the password.",
  sign_up_closed: "There is no account with your address. Ask for an invitation.",
};

/** Why someone came back from elsewhere without being signed in; nothing if they did not. */
export function problemOf(code: string | undefined): string | undefined {
  return code === undefined ? undefined : (PROBLEMS[code] ?? PROBLEMS["sign_in_unproven"]);
}

/** For who finds that someone else has made an account with their address. The server believes it of our own pages only. */
export function StartAfresh({ issuer, then }: { issuer: string; then: string }) {
  return (
    <a
      href={`/api/auth/issuers/${encodeURIComponent(issuer)}/start?afresh=true&then=${encodeURIComponent(then)}`}
      className={buttonClass("plain", "m", "mt-3 h-10")}
    >
      It was not me: start afresh
    </a>
  );
}

/** With whom one may sign in besides: plain links, for the browser leaves this page. */
export function Issuers({ then }: { then: string }) {
  const issuers = useQuery(waysInQuery).data?.issuers;
  if (!issuers || issuers.length === 0) {
    return null;
  }
  return (
    <div className="mt-6 grid gap-3">
      <p className="flex items-center gap-3 text-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">or</p>
      {issuers.map(({ id, name }) => (
        <a
          key={id}
          href={`/api/auth/issuers/${encodeURIComponent(id)}/start?then=${encodeURIComponent(then)}`}
          className={buttonClass("plain", "m", "h-10")}
        >
          {name}
        </a>
      ))}
    </div>
  );
}
