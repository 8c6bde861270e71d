import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, type FormEvent } from "react";
import { answer, api, messageOf, ProblemError } from "@/shared/api/client";
import { enter } from "@/shared/session/session";
import { waysInQuery } from "@/shared/session/ways-in";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { Entrance } from "./entrance";
import { Issuers, problemOf, StartAfresh } from "./issuers";
import { ASKS_WHO_ONE_IS } from "./query-client";

const route = getRouteApi("/sign-in");

/** Only our own addresses: a link to the sign-in must not lead people elsewhere, nor back to the form that they have just sent. */
export function safeTarget(then: string | undefined, otherwise = "/dashboard/usage"): string {
  return then && /^\/(?![/\\])/.test(then) && !/^\/sign-in(?:[/?#]|$)/.test(then) ? then : otherwise;
}

export function SignIn() {
  const { then, email: invited, problem, issuer } = route.useSearch();
  const cameBack = problemOf(problem);
  const { data: waysIn } = useQuery(waysInQuery);
  const router = useRouter();
  const queryClient = useQueryClient();
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  // Of whoever follows an invitation the address is there by then.
  useEffect(() => (invited === undefined ? email : password).current?.focus(), [invited]);
  const signIn = useMutation({
    meta: ASKS_WHO_ONE_IS,
    mutationFn: (form: { email: string; password: string }) => answer(api.POST("/api/auth/login", { body: form })),
    onSuccess: async ({ user }) => {
      enter(queryClient, user);
      await router.navigate({ href: safeTarget(then), replace: true });
    },
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: String(form.get("email")), password: String(form.get("password")) });
  };

  return (
    <Entrance title="Sign in" subtitle="See what your LLM calls cost, as they cost it.">
      {cameBack && !signIn.error && (
        <div className="mt-6">
          <Note tone="critical">{cameBack}</Note>
          {problem === "account_unproven" && issuer && <StartAfresh issuer={issuer} then={safeTarget(then)} />}
        </div>
      )}
      <form onSubmit={submit} className="mt-6 grid gap-4">
        <TextField ref={email} label="E-mail" name="email" type="email" autoComplete="username" required defaultValue={invited} />
        <TextField ref={password} label="Password" name="password" type="password" autoComplete="current-password" required />
        {signIn.error && (
          <Note tone="critical">
            {signIn.error instanceof ProblemError && signIn.error.status === 401
              ? "E-mail and password do not belong together. Check both and try again."
              : messageOf(signIn.error)}
          </Note>
        )}
        <Button kind="primary" type="submit" busy={signIn.isPending} className="h-10">
          Sign in
        </Button>
        <Link to="/forgot-password" className="justify-self-start rounded text-[0.8125rem] text-accent underline-offset-2 hover:underline">
          Forgot your password?
        </Link>
      </form>
      <Issuers then={safeTarget(then)} />
      {waysIn?.signUp && (
        <p className="mt-6 text-[0.8125rem] text-soft">
          New here?{" "}
          <Link to="/sign-up" search={{ ...(then ? { then } : {}), ...(invited ? { email: invited } : {}) }} className="rounded font-medium text-accent underline-offset-2 hover:underline">
            Make an account
          </Link>
        </p>
      )}
    </Entrance>
  );
}
