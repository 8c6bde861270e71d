import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useReducer, useState } from "react";
import { isSession, leave, lookWhoIsThere, sessionQuery } from "@/shared/session/session";
import { onOtherTabs } from "@/shared/session/tabs";
import { HintProvider } from "@/shared/ui/hint";
import { Toasts } from "@/shared/ui/toast";
import { OfflineBar } from "./offline";
import { PageChanges } from "./page-changes";
import { createQueryClient } from "./query-client";
import { createAppRouter } from "./router";
import { NOTHING_SAID, whoIsThere } from "./who-is-there";

const OtherPerson = lazy(() => import("./other-person").then((module) => ({ default: module.OtherPerson })));
const SignInAgain = lazy(() => import("./sign-in-again").then((module) => ({ default: module.SignInAgain })));

const SIGN_IN = "/sign-in";

export function App() {
  const [{ notice, putAway }, find] = useReducer(whoIsThere, NOTHING_SAID);
  const [{ queryClient, router }] = useState(() => {
    // Who was here can go on where they are: what they have on the page stays. Who is on the way to the sign-in goes there anyway.
    const onSignedOut = (byItself: boolean) => {
      if (queryClient.getQueryData(sessionQuery.queryKey) && router.history.location.pathname !== SIGN_IN) {
        find({ type: "found", notice: { kind: "signed-out" }, byItself });
      }
    };
    const onOtherPerson = (told: string, byItself: boolean) => find({ type: "found", notice: { kind: "other-person", told }, byItself });
    const queryClient: QueryClient = createQueryClient(onSignedOut, onOtherPerson);
    const router = createAppRouter(queryClient);
    return { queryClient, router };
  });
  useEffect(() => onOtherTabs(() => void lookWhoIsThere(queryClient)), [queryClient]);
  useEffect(() => {
    const see = () => {
      if (document.visibilityState !== "hidden") {
        find({ type: "seen" });
      }
    };
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, []);
  const isSaid = notice !== null || putAway !== null;
  const isAskedIn = notice?.kind === "signed-out";
  useEffect(() => {
    if (!isSaid) {
      return;
    }
    // The server answers only whom the page is shown to.
    return queryClient.getQueryCache().subscribe((change) => {
      if (change.type === "updated" && change.action.type === "success" && isSession(change.query)) {
        find({ type: "back" });
        if (!isAskedIn) {
          void queryClient.invalidateQueries({ predicate: (query) => !isSession(query) });
        }
      }
    });
  }, [isSaid, isAskedIn, queryClient]);
  useEffect(
    () =>
      // Not before: as long as a page is there that shows something, it asks for it again once it is not known any more.
      router.subscribe("onRendered", ({ toLocation }) => {
        if (toLocation.pathname === SIGN_IN) {
          leave(queryClient);
          find({ type: "settled" });
        }
      }),
    [queryClient, router],
  );
  const user = isAskedIn ? queryClient.getQueryData(sessionQuery.queryKey) : undefined;
  return (
    <QueryClientProvider client={queryClient}>
      <HintProvider>
        <RouterProvider router={router} />
        <PageChanges />
        <Toasts />
        <OfflineBar />
        <Suspense fallback={null}>
          {notice?.kind === "other-person" && <OtherPerson told={notice.told} onClose={() => find({ type: "put-away" })} />}
          {user && <SignInAgain user={user} onClose={(isBack) => find({ type: isBack ? "settled" : "put-away" })} />}
        </Suspense>
      </HintProvider>
    </QueryClientProvider>
  );
}
