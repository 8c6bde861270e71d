import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, type FormEvent } from "react";
import { answer, api, messageOf, ProblemError } from "@/shared/api/client";
import { sessionQuery } from "@/shared/session/session";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { Issuers, problemOf, StartAfresh } from "./issuers";
import { Logo } from "./logo";

const route = getRouteApi("/sign-in");

/** Only our own addresses: a link to the sign-in must not lead people elsewhere. */
export function safeTarget(then: string | undefined): string {
  return then && /^\/(?![/\\])/.test(then) ? then : "/dashboard/usage";
}

export function SignIn() {
  const { then, problem, issuer } = route.useSearch();
  const cameBack = problemOf(problem);
  const router = useRouter();
  const queryClient = useQueryClient();
  const email = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · Prompt Manage";
    email.current?.focus();
  }, []);
  const signIn = useMutation({
    mutationFn: (form: { email: string; password: string }) => answer(api.POST("/api/auth/login", { body: form })),
    onSuccess: async ({ user }) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, user);
      await router.navigate({ href: safeTarget(then), replace: true });
    },
  });

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: String(form.get("email")), password: String(form.get("password")) });
  };

  return (
    <main className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <div className="flex items-center justify-center px-5 py-10">
        <div className="w-full max-w-sm">
          <Logo />
          <h1 className="mt-8 text-2xl font-semibold tracking-tight">Sign in</h1>
          <p className="mt-1 text-soft">See what your LLM calls cost, as they cost it.</p>
          {cameBack && !signIn.error && (
            <div className="mt-6">
              <Note tone="critical">{cameBack}</Note>
              {problem === "account_unproven" && issuer && <StartAfresh issuer={issuer} then={safeTarget(then)} />}
            </div>
          )}
          <form onSubmit={submit} className="mt-6 grid gap-4">
            <TextField ref={email} label="E-mail" name="email" type="email" autoComplete="username" required />
            <TextField label="Password" name="password" type="password" autoComplete="current-password" required />
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
          </form>
          <Issuers then={safeTarget(then)} />
        </div>
      </div>
      <aside className="relative hidden overflow-hidden bg-[#141a3a] text-white lg:flex lg:flex-col lg:justify-center" aria-hidden>
        <svg viewBox="0 0 640 520" className="absolute inset-0 h-full w-full" preserveAspectRatio="xMidYMid slice">
          <defs>
            <linearGradient id="fill" x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" stopColor="#7ee0c0" stopOpacity="0.35" />
              <stop offset="1" stopColor="#7ee0c0" stopOpacity="0" />
            </linearGradient>
          </defs>
          {[120, 200, 280, 360, 440].map((y) => (
            <line key={y} x1="0" x2="640" y1={y} y2={y} stroke="#ffffff" strokeOpacity="0.07" />
          ))}
          <path d="M0 430 C80 420 110 380 170 385 S270 330 330 340 S430 250 490 262 S590 160 640 150 V520 H0Z" fill="url(#fill)" />
          <path d="M0 430 C80 420 110 380 170 385 S270 330 330 340 S430 250 490 262 S590 160 640 150" fill="none" stroke="#7ee0c0" strokeWidth="3" />
          <line x1="0" x2="640" y1="210" y2="210" stroke="#fbbf24" strokeDasharray="6 7" strokeOpacity="0.8" />
        </svg>
        <div className="relative max-w-md px-14 pb-40">
          <p className="text-3xl leading-snug font-semibold tracking-tight">Every call priced. Every budget watched. Nothing counted twice.</p>
        </div>
      </aside>
    </main>
  );
}
