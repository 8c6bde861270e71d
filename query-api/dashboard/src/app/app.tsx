import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { leave, lookWhoIsThere, sessionQuery } from "@/shared/session/session";
import { onOtherTabs } from "@/shared/session/tabs";
import { HintProvider } from "@/shared/ui/hint";
import { Toasts } from "@/shared/ui/toast";
import { OfflineBar } from "./offline";
import { PageChanges } from "./page-changes";
import { createQueryClient } from "./query-client";
import { createAppRouter } from "./router";

const OtherPerson = lazy(() => import("./other-person").then((module) => ({ default: module.OtherPerson })));
const SignInAgain = lazy(() => import("./sign-in-again").then((module) => ({ default: module.SignInAgain })));

const SIGN_IN = "/sign-in";

export function App() {
  const [isSignedOut, setSignedOut] = useState(false);
  const [otherPerson, setOtherPerson] = useState<string | null>(null);
  const [{ queryClient, router }] = useState(() => {
    // Who was here can go on where they are: what they have on the page stays. Who is on the way to the sign-in goes there anyway.
    const onSignedOut = () => {
      if (queryClient.getQueryData(sessionQuery.queryKey) && router.history.location.pathname !== SIGN_IN) {
        setSignedOut(true);
      }
    };
    const queryClient: QueryClient = createQueryClient(onSignedOut, setOtherPerson);
    const router = createAppRouter(queryClient);
    return { queryClient, router };
  });
  useEffect(() => onOtherTabs(() => void lookWhoIsThere(queryClient)), [queryClient]);
  useEffect(
    () =>
      // Not before: as long as a page is there that shows something, it asks for it again once it is not known any more.
      router.subscribe("onRendered", ({ toLocation }) => {
        if (toLocation.pathname === SIGN_IN) {
          leave(queryClient);
          setSignedOut(false);
        }
      }),
    [queryClient, router],
  );
  const user = isSignedOut ? queryClient.getQueryData(sessionQuery.queryKey) : undefined;
  return (
    <QueryClientProvider client={queryClient}>
      <HintProvider>
        <RouterProvider router={router} />
        <PageChanges />
        <Toasts />
        <OfflineBar />
        <Suspense fallback={null}>
          {otherPerson !== null ? (
            <OtherPerson told={otherPerson} onClose={() => setOtherPerson(null)} />
          ) : (
            user && <SignInAgain user={user} onClose={() => setSignedOut(false)} />
          )}
        </Suspense>
      </HintProvider>
    </QueryClientProvider>
  );
}
