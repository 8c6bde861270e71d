import { createContext } from "react";

/** Tells the dialog around it that what is shown this once was copied. */
export const OnCopied = createContext<() => void>(() => undefined);
