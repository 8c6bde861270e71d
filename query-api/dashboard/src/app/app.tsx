import { QueryCache, QueryClient, QueryClientProvider, keepPreviousData } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { isUnauthenticated } from "@/shared/api/client";
import { isAskedAgain, pauseBefore } from "@/shared/api/retries";
import { HintProvider } from "@/shared/ui/hint";
import { Toasts } from "@/shared/ui/toast";
import { createAppRouter } from "./router";

function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session ended while the page was open; asking who is signed in is the router's own question.
        if (isUnauthenticated(error) && query.queryKey[0] !== "session") {
          onSignedOut();
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        placeholderData: keepPreviousData,
        retry: isAskedAgain,
        retryDelay: pauseBefore,
      },
    },
  });
}

export function App() {
  const [{ queryClient, router }] = useState(() => {
    const queryClient = createQueryClient(() => {
      void router.navigate({ to: "/sign-in", search: { then: router.state.location.href } });
    });
    const router = createAppRouter(queryClient);
    return { queryClient, router };
  });
  return (
    <QueryClientProvider client={queryClient}>
      <HintProvider>
        <RouterProvider router={router} />
        <Toasts />
      </HintProvider>
    </QueryClientProvider>
  );
}
