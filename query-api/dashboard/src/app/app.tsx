import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { sessionQuery } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { Toasts } from "@/shared/ui/toast";
import { OfflineBar } from "./offline";
import { PageChanges } from "./page-changes";
import { createQueryClient } from "./query-client";
import { createAppRouter } from "./router";

const SignInAgain = lazy(() => import("./sign-in-again").then((module) => ({ default: module.SignInAgain })));

export function App() {
  const [isSignedOut, setSignedOut] = useState(false);
  const [{ queryClient, router }] = useState(() => {
    const leave = () => void router.navigate({ to: "/sign-in", search: { then: router.state.location.href } });
    // Who was here can go on where they are: what they have on the page stays.
    const queryClient: QueryClient = createQueryClient(() => {
      if (queryClient.getQueryData(sessionQuery.queryKey)) {
        setSignedOut(true);
      } else {
        leave();
      }
    });
    const router = createAppRouter(queryClient);
    return { queryClient, router };
  });
  const user = isSignedOut ? queryClient.getQueryData(sessionQuery.queryKey) : undefined;
  return (
    <QueryClientProvider client={queryClient}>
      <HintProvider>
        <RouterProvider router={router} />
        <PageChanges />
        <Toasts />
        <OfflineBar />
        {user && (
          <Suspense fallback={null}>
            <SignInAgain user={user} onClose={() => setSignedOut(false)} />
          </Suspense>
        )}
      </HintProvider>
    </QueryClientProvider>
  );
}
