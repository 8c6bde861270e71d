import { useMutation } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef, type FormEvent } from "react";
import { answer, api, messageOf, ProblemError } from "@/shared/api/client";
import { Button, buttonClass } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { Entrance } from "./entrance";

/** Nobody learns here who has an account: the page says the same to everyone. */
export function ForgottenPassword() {
  const email = useRef<HTMLInputElement>(null);
  useEffect(() => email.current?.focus(), []);
  const ask = useMutation({
    mutationFn: (address: string) => answer(api.POST("/api/auth/password-reset", { body: { email: address } })),
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask.mutate(String(new FormData(event.currentTarget).get("email")));
  };

  return (
    <Entrance title="Forgot your password?" subtitle="We send you a link to choose a new one.">
      {ask.isSuccess ? (
        <div className="mt-6">
          <Note tone="good">
            If there is an account with {ask.variables} that has a password, a mail is on its way. Its link works once, within an hour.
          </Note>
        </div>
      ) : (
        <form onSubmit={submit} className="mt-6 grid gap-4">
          <TextField ref={email} label="E-mail" name="email" type="email" autoComplete="username" required />
          {ask.error && <Note tone="critical">{messageOf(ask.error)}</Note>}
          <Button kind="primary" type="submit" busy={ask.isPending} className="h-10">
            Send the link
          </Button>
        </form>
      )}
      <ToSignIn>Back to the sign-in</ToSignIn>
    </Entrance>
  );
}

/** Where the mail's link leads. The token stands behind the #, where no server on the way has seen it. */
export function NewPassword() {
  const token = useLocation({ select: (location) => location.hash });
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => password.current?.focus(), []);
  const set = useMutation({
    mutationFn: (newPassword: string) => answer(api.POST("/api/auth/password-reset/confirm", { body: { token, newPassword } })),
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    set.mutate(String(new FormData(event.currentTarget).get("newPassword")));
  };

  const isOver = token === "" || (set.error instanceof ProblemError && set.error.field("token") !== undefined);
  return (
    <Entrance title="Choose a new password" subtitle="It ends all sessions that are open.">
      {set.isSuccess ? (
        <div className="mt-6 grid gap-4">
          <Note tone="good">Your new password is set.</Note>
          <Link to="/sign-in" replace className={buttonClass("primary", "m", "h-10")}>
            Sign in with it
          </Link>
        </div>
      ) : isOver ? (
        <div className="mt-6 grid gap-4">
          <Note tone="critical">This link is not good, or not any more: it works once, within an hour.</Note>
          <Link to="/forgot-password" className={buttonClass("primary", "m", "h-10")}>
            Ask for another
          </Link>
        </div>
      ) : (
        <form onSubmit={submit} className="mt-6 grid gap-4">
          <TextField
            ref={password}
            label="New password"
            name="newPassword"
            type="password"
            autoComplete="new-password"
            minLength={8}
            maxLength={1024}
            help="8 characters at least."
            error={set.error instanceof ProblemError ? set.error.field("newPassword") : undefined}
            required
          />
          {set.error && !(set.error instanceof ProblemError && set.error.field("newPassword")) && (
            <Note tone="critical">{messageOf(set.error)}</Note>
          )}
          <Button kind="primary" type="submit" busy={set.isPending} className="h-10">
            Set the password
          </Button>
        </form>
      )}
      <ToSignIn>To the sign-in</ToSignIn>
    </Entrance>
  );
}

function ToSignIn({ children }: { children: string }) {
  return (
    <p className="mt-6">
      <Link to="/sign-in" className="rounded text-[0.8125rem] text-accent underline-offset-2 hover:underline">
        {children}
      </Link>
    </p>
  );
}
