import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { answer, api, messageOf, ProblemError } from "@/shared/api/client";
import { enter, type User } from "@/shared/session/session";
import { waysInQuery } from "@/shared/session/ways-in";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { Entrance } from "./entrance";
import { Issuers } from "./issuers";
import { ASKS_WHO_ONE_IS } from "./query-client";
import { safeTarget } from "./sign-in";

const route = getRouteApi("/sign-up");

/** For whoever comes for the first time, by themselves or by an invitation. */
export function SignUp() {
  const { then, email } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { data: waysIn } = useQuery(waysInQuery);
  const goOn = (user: User) => {
    enter(queryClient, user);
    return router.navigate({ href: safeTarget(then, "/welcome"), replace: true });
  };
  return (
    <Entrance title="Make an account" subtitle="See what your LLM calls cost, as they cost it.">
      {waysIn?.signUp === false ? (
        <div className="mt-6">
          <Note>Nobody makes their own account here. Ask whoever runs this installation for one.</Note>
        </div>
      ) : (
        <SignUpForm email={email ?? ""} onSignedUp={goOn} />
      )}
      <Issuers then={safeTarget(then, "/welcome")} />
      <p className="mt-6 text-[0.8125rem] text-soft">
        You have an account?{" "}
        <Link to="/sign-in" search={then ? { then } : {}} className="rounded font-medium text-accent underline-offset-2 hover:underline">
          Sign in
        </Link>
      </p>
    </Entrance>
  );
}

const FIELDS = ["name", "email", "password"] as const;

/** @param email as an invitation has it; empty if nobody has said */
export function SignUpForm({ email, onSignedUp }: { email: string; onSignedUp: (user: User) => Promise<void> | void }) {
  const [values, setValues] = useState({ name: "", email, password: "" });
  const signUp = useMutation({
    meta: ASKS_WHO_ONE_IS,
    mutationFn: () => answer(api.POST("/api/auth/register", { body: values })),
    onSuccess: ({ user }) => onSignedUp(user),
  });
  const problem = signUp.error instanceof ProblemError ? signUp.error : null;
  const isToldByField = FIELDS.some((name) => problem?.field(name) !== undefined);
  const field = (name: (typeof FIELDS)[number]) => ({
    name,
    required: true,
    value: values[name],
    error: problem?.field(name),
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });
  return (
    <form
      className="mt-6 grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        signUp.mutate();
      }}
    >
      <TextField label="Your name" autoComplete="name" maxLength={100} autoFocus {...field("name")} />
      <TextField label="E-mail" type="email" autoComplete="username" maxLength={254} {...field("email")} />
      <TextField label="Password" type="password" autoComplete="new-password" minLength={8} maxLength={1024} help="8 characters at least." {...field("password")} />
      {signUp.error && !isToldByField && (
        <Note tone="critical">
          {problem?.status === 409 ? "There is an account with this e-mail address already. Sign in with it, or choose a new password if you have forgotten it." : messageOf(signUp.error)}
        </Note>
      )}
      <Button kind="primary" type="submit" busy={signUp.isPending} className="h-10">
        Make the account
      </Button>
    </form>
  );
}
