import { useMutation } from "@tanstack/react-query";
import { Download, FileJson, FileSpreadsheet, Table, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { messageOf, ProblemError } from "@/shared/api/client";
import { requireFile, save, type ExportedFile, type Format } from "@/shared/api/files";
import { historyRefused } from "@/shared/session/history";
import { Button, Spinner } from "./button";
import { Menu, MenuItem, MenuLabel } from "./menu";
import { dismissAbout, toast } from "./toast";

const FORMATS: Record<Format, { label: string; icon: LucideIcon }> = {
  csv: { label: "CSV", icon: FileSpreadsheet },
  json: { label: "JSON", icon: FileJson },
  parquet: { label: "Parquet", icon: Table },
};

/** What is said of a file; what is said of the next takes its place. */
const ABOUT = "export";

/** Has the browser save a file. Why there is none is said, with what to do. */
export function useExport() {
  return useMutation({
    mutationFn: async (file: ExportedFile) => {
      await requireFile(file.url);
      save(file);
    },
    onMutate: () => dismissAbout(ABOUT),
    onSuccess: (_, { name }) => toast(`Your browser saves ${name}, and shows how far it is.`),
    onError: (failure) => toast(whyNot(failure), "critical", ABOUT),
  });
}

/** Why there is no file, and what to do. */
export function whyNot(failure: unknown): string {
  const why = messageOf(failure).replace(/\.?$/, ".");
  if (!(failure instanceof ProblemError)) {
    return `There is no file. ${why}`;
  }
  if (failure.code === "tier_limit") {
    return `There is no file. ${why} ${historyRefused(failure) === null ? "Ask whoever runs this installation for another tier." : "Choose a range that begins later."}`;
  }
  if (failure.status === 403) {
    return `There is no file. ${why} Ask an owner of the team for it.`;
  }
  if (failure.retryAfterMs !== null) {
    const seconds = Math.max(1, Math.ceil(failure.retryAfterMs / 1000));
    return `There is no file yet. ${why} Try again in ${seconds === 1 ? "a second" : `${seconds} seconds`}.`;
  }
  return `There is no file. ${why}`;
}

/**
 * What there is of a view as files.
 *
 * @param what is in each
 * @param children of other ways to it
 */
export function ExportMenu({
  what,
  formats,
  fileIn,
  children,
}: {
  what: string;
  formats: readonly Format[];
  fileIn: (format: Format) => ExportedFile;
  children?: ReactNode;
}) {
  const { mutate, isPending } = useExport();
  return (
    <Menu
      trigger={
        <Button aria-label={isPending ? "Export: a file is being asked for" : "Export"}>
          {isPending ? <Spinner /> : <Download aria-hidden className="size-4 text-soft" />}
          <span className="max-sm:hidden">Export</span>
        </Button>
      }
    >
      {formats.length > 0 && <MenuLabel>{isPending ? "A file is being asked for" : `${what}, as`}</MenuLabel>}
      {formats.map((format) => {
        const { label, icon: Icon } = FORMATS[format];
        return (
          <MenuItem key={format} disabled={isPending} onSelect={() => mutate(fileIn(format))}>
            <Icon aria-hidden className="size-4 text-soft" /> {label}
          </MenuItem>
        );
      })}
      {children}
    </Menu>
  );
}
