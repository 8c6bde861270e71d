import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answer, api, isUnauthenticated } from "@/shared/api/client";
import { sessionQuery, stay, type User } from "@/shared/session/session";
import { TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";
import { ASKS_WHO_ONE_IS } from "./query-client";

/**
 * Over the page on which someone was when their session ended: the page stays as it is, and nothing on it is lost. They may as well sign
 * in again in another tab.
 *
 * @param onClose told whether they are back
 */
export function SignInAgain({ user, onClose }: { user: User; onClose: (isBack: boolean) => void }) {
  const queryClient = useQueryClient();
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    meta: ASKS_WHO_ONE_IS,
    mutationFn: () => answer(api.POST("/api/auth/login", { body: { email: user.email, password } })),
    onSuccess: (signedIn) => stay(queryClient, signedIn.user),
  });
  const { dataUpdatedAt } = useQuery({ ...sessionQuery, enabled: false });
  const [since] = useState(dataUpdatedAt);
  const isBack = signIn.isSuccess || dataUpdatedAt > since;
  useEffect(() => {
    if (isBack) {
      void queryClient.invalidateQueries();
      toast("You are signed in again. What was not saved is still here: save it now.");
      onClose(true);
    }
  }, [isBack, onClose, queryClient]);
  const isWrong = isUnauthenticated(signIn.error);
  return (
    <FormDialog
      title="Your session has ended"
      description="Sign in again and go on: what you have on this page stays."
      submit="Sign in"
      busy={signIn.isPending}
      disabled={password === ""}
      error={isWrong ? null : signIn.error}
      onSubmit={() => signIn.mutate()}
      onClose={() => onClose(false)}
    >
      <TextField label="E-mail" type="email" autoComplete="username" readOnly value={user.email} />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        autoFocus
        value={password}
        error={isWrong ? "This is not the password. Try again." : undefined}
        help={
          <>
            Without a password,{" "}
            <a href="/sign-in" target="_blank" rel="noopener" className="text-accent underline underline-offset-2">
              sign in on another tab
            </a>{" "}
            and come back.
          </>
        }
        onChange={(event) => setPassword(event.target.value)}
      />
    </FormDialog>
  );
}
