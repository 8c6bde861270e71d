import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, ProblemError } from "@/shared/api/client";
import { TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";

/** @param email for password managers, which keep the new one by it */
export function PasswordDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => answer(api.POST("/api/auth/password", { body: { currentPassword: current, newPassword: next } })),
    onSuccess: () => {
      toast("Your password is changed. Your other sessions have ended.");
      onClose();
    },
  });
  const problem = change.error instanceof ProblemError ? change.error : null;
  const faults = { current: problem?.field("currentPassword"), next: problem?.field("newPassword") };
  return (
    <FormDialog
      title="Change your password"
      description="This session goes on; all your others end."
      submit="Change it"
      busy={change.isPending}
      disabled={current === "" || next === ""}
      error={faults.current || faults.next ? null : change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <TextField label="The password you have" type="password" autoComplete="current-password" required maxLength={1024} value={current} error={faults.current} onChange={(event) => setCurrent(event.target.value)} />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={1024}
        help="8 characters at least."
        value={next}
        error={faults.next}
        onChange={(event) => setNext(event.target.value)}
      />
    </FormDialog>
  );
}
