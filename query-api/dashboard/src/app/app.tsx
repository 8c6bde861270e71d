import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { HintProvider } from "@/shared/ui/hint";
import { Toasts } from "@/shared/ui/toast";
import { createQueryClient } from "./query-client";
import { createAppRouter } from "./router";

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
