import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Check, Radio } from "lucide-react";
import { Tabs } from "radix-ui";
import { useRef, useState, type ReactNode } from "react";
import { answer, api, messageOf } from "@/shared/api/client";
import { useEvents, type Connection } from "@/shared/api/stream";
import { formatCount } from "@/shared/format/numbers";
import { formatDateTime } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { useZone } from "@/shared/session/zone";
import { Amount } from "@/shared/ui/amount";
import { Button, buttonClass } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Card, Note, Page } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { SNIPPETS } from "./snippets";

interface Totals {
  month: { runs: number; cost: string; tokens: number };
}

/** From nothing to a first event that is seen arriving, and a budget that watches over it. */
export function WelcomePage({ makeKey, hasKey, hasBudget, wizard }: { makeKey: MakeKey; hasKey: boolean; hasBudget: boolean; wizard: (onClose: () => void) => ReactNode }) {
  usePageTitle("Get started");
  const account = useAccount();
  const zone = useZone();
  const [key, setKey] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [choosing, setChoosing] = useState(false);
  const { arrival, count, connection } = useArrival(account);
  // What is not seen arriving is looked for.
  const newest = useQuery({ ...newestQuery(account), refetchInterval: (query) => (connection === "broken" || query.state.error ? AGAIN_MS : false) });
  const last = newest.data?.usage[0];
  const hasArrived = arrival !== null || last !== undefined;

  const create = async () => {
    setBusy(true);
    setFailure(null);
    try {
      setKey(await makeKey(account));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Page title="Get started" description="Four steps, and you see what your LLM calls cost as they cost it.">
      <ol className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-4">
        <Step number={1} title="Create a key" done={key !== null || hasKey}>
          {key ? (
            <div className="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-page p-3">
              <code data-testid="first-key" className="min-w-0 flex-1 font-mono text-xs break-all">
                {key}
              </code>
              <CopyButton text={key} />
              <p className="w-full text-xs text-soft">It is shown this once, and stands in the snippets below already.</p>
            </div>
          ) : account.mayManage ? (
            <div className="grid justify-items-start gap-3">
              {hasKey ? (
                <p>
                  There is one. It was shown once, when it was made.{" "}
                  <Link to="/settings/api-keys" className="font-medium text-accent underline underline-offset-2">
                    See the keys
                  </Link>
                </p>
              ) : (
                <p className="text-soft">Your application proves with it whose usage it sends: {account.isTeam ? account.name : "yours"}.</p>
              )}
              <Button kind={hasKey ? "plain" : "primary"} busy={busy} onClick={() => void create()}>
                {hasKey ? "Create another key" : "Create a key"}
              </Button>
              {failure !== null && <Note tone="critical">{messageOf(failure)}</Note>}
            </div>
          ) : (
            <p className="text-soft">Ask an owner or admin of {account.name} for a key, and put it into a snippet below.</p>
          )}
        </Step>
        <Step number={2} title="Send the first event" done={hasArrived}>
          <Snippets apiKey={key ?? "pm_your_key"} userId={account.userId} />
        </Step>
        <Step number={3} title="See it arrive" done={hasArrived}>
          <div aria-live="polite" data-testid="arrival">
            {arrival ? (
              // Another for each that comes: whoever tries one snippet after the other sees that it came too.
              <div key={`${last?.id} ${count}`} className="animate-[appear_120ms_ease-out]">
                <p>
                  <strong className="font-semibold">It is here:</strong> <Told {...arrival} />
                </p>
                {last && (
                  <p className="mt-0.5 text-xs text-soft">
                    {last.model} at <time dateTime={last.time}>{formatDateTime(last.time, zone, true)}</time>
                    {count > 1 && `, the last of ${formatCount(count)} since this page was opened`}
                  </p>
                )}
              </div>
            ) : last ? (
              <p>
                <strong className="font-semibold">Events have come,</strong> the last <time dateTime={last.time}>{formatDateTime(last.time, zone)}</time>: <Told cost={last.cost ?? null} tokens={last.totalTokens} />
              </p>
            ) : (
              <Awaited connection={connection} failure={newest.error} />
            )}
          </div>
        </Step>
        <Step number={4} title="Set a budget" done={hasBudget}>
          {hasBudget ? (
            <p>
              It is set.{" "}
              <Link to="/settings/budget" className="font-medium text-accent underline underline-offset-2">
                See your budgets
              </Link>
            </p>
          ) : (
            <div className="grid justify-items-start gap-3">
              <p className="text-soft">Two questions lead to an amount; you are told at 75, 90 and 100% of it.</p>
              <Button disabled={!account.mayManage} onClick={() => setChoosing(true)}>
                Find a budget
              </Button>
            </div>
          )}
        </Step>
      </ol>
      <p className="mt-6">
        <Link to="/dashboard/usage" className={buttonClass(hasArrived ? "primary" : "plain")}>
          Go to usage
        </Link>
      </p>
      {choosing && wizard(() => setChoosing(false))}
    </Page>
  );
}

/** What is waited for; or why it would not be seen, while it is tried again. */
function Awaited({ connection, failure }: { connection: Connection; failure: unknown }) {
  if (connection === "refused") {
    return <Note tone="warning">You may not see the usage of this account, and so not what arrives.</Note>;
  }
  if (failure) {
    return <Note tone="warning">Nothing can be seen arriving just now. {messageOf(failure)} It is tried again by itself; nothing has to be reloaded.</Note>;
  }
  if (connection === "broken") {
    return <Note tone="warning">The live connection is down just now: what arrives is seen some seconds later. It is tried again by itself; nothing has to be reloaded.</Note>;
  }
  return (
    <p className="flex items-center gap-2 text-soft">
      <Radio aria-hidden className="size-4 animate-pulse text-accent" /> Listening for it. Nothing has to be reloaded.
    </p>
  );
}

function Told({ cost, tokens }: { cost: string | null; tokens: number }) {
  return (
    <>
      {formatCount(tokens)} tokens {cost === null ? "of a model that has no price yet" : <>for <Amount usd={cost} /></>}.{" "}
      <Link to="/dashboard/usage" className="font-medium text-accent underline underline-offset-2">
        See your usage
      </Link>
    </>
  );
}

function newestQuery(account: Account) {
  return queryOptions({
    queryKey: ["welcome", account.key],
    queryFn: () => answer(api.GET("/api/token-tracking/usage", { params: { query: { ...account.visible, limit: 1 } } })),
  });
}

/** How often what came is asked for while it is not told. */
const AGAIN_MS = 5_000;

export type MakeKey = (account: Account) => Promise<string>;

/** The newest call that came since the page was opened. */
interface Arrival {
  /** Null where its model has no price. */
  cost: string | null;
  tokens: number;
}

/** The history follows the totals by some tenths of a second. */
const LISTED_AFTER_MS = 1_500;

/**
 * Waits for a call to come.
 *
 * @return the newest that came since the page was opened, null while none has; and how many did
 */
export function useArrival(account: Account): { arrival: Arrival | null; count: number; connection: Connection } {
  const queryClient = useQueryClient();
  const before = useRef<number | null>(null);
  const told = useRef(0);
  const [count, setCount] = useState(0);
  const arrived = count > 0;
  // The newest before: what an account has used for months is not what has just arrived.
  const [known, setKnown] = useState<string | null>();
  const connection = useEvents(`/api/token-tracking/stream?${new URLSearchParams(account.visible as Record<string, string>)}`, "totals", (data) => {
    const { month } = JSON.parse(data) as Totals;
    before.current ??= month.runs;
    const came = month.runs - before.current;
    if (came > told.current) {
      told.current = came;
      setCount(came);
      const askAgain = () => void queryClient.invalidateQueries({ queryKey: ["welcome", account.key] });
      askAgain();
      setTimeout(askAgain, LISTED_AFTER_MS);
      void queryClient.invalidateQueries({ queryKey: ["usage", account.key] });
    }
  });
  const { data } = useQuery({
    ...newestQuery(account),
    refetchInterval: (query) => (arrived && !isNews(query.state.data?.usage[0]?.id, known) ? 500 : false),
  });
  const newest = data?.usage[0];
  if (data !== undefined && known === undefined) {
    setKnown(arrived ? null : (newest?.id ?? null));
  }
  return { arrival: arrived && newest && isNews(newest.id, known) ? { cost: newest.cost ?? null, tokens: newest.totalTokens } : null, count, connection };
}

function isNews(id: string | undefined, known: string | null | undefined): boolean {
  return id !== undefined && known !== undefined && id !== known;
}

function Step({ number, title, done, children }: { number: number; title: string; done: boolean; children: ReactNode }) {
  return (
    <li>
      <Card
        title={
          <span className="flex items-center gap-2.5">
            <span
              className={clsx(
                "flex size-6 items-center justify-center rounded-full text-xs font-semibold",
                done ? "bg-good text-surface" : "bg-accent-wash text-accent",
              )}
            >
              {done ? <Check aria-label="Done" className="size-3.5" /> : number}
            </span>
            {title}
          </span>
        }
      >
        {children}
      </Card>
    </li>
  );
}

function Snippets({ apiKey, userId }: { apiKey: string; userId: string }) {
  const target = { baseUrl: window.location.origin, apiKey, userId };
  return (
    <Tabs.Root defaultValue="curl">
      <Tabs.List aria-label="How to send it" className="mb-3 flex flex-wrap gap-1">
        {SNIPPETS.map(({ id, label }) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="rounded-lg px-3 py-1.5 font-medium text-soft hover:text-ink data-[state=active]:bg-accent-wash data-[state=active]:text-accent"
          >
            {label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {SNIPPETS.map(({ id, label, note, code }) => (
        <Tabs.Content key={id} value={id}>
          <div className="overflow-hidden rounded-lg border border-line bg-page">
            <div className="flex items-center justify-between gap-3 border-b border-line px-3 py-1.5">
              <span className="text-xs text-soft">{note}</span>
              <CopyButton text={code(target)} label={`Copy`} />
            </div>
            <pre tabIndex={0} aria-label={label} className="overflow-x-auto p-3 font-mono text-xs leading-relaxed">
              <code data-testid={`snippet-${id}`}>{code(target)}</code>
            </pre>
          </div>
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
