import { QueryCache, QueryClient, keepPreviousData } from "@tanstack/react-query";
import { isUnauthenticated, messageOf } from "@/shared/api/client";
import { isAskedAgain, pauseBefore } from "@/shared/api/retries";
import { toast } from "@/shared/ui/toast";

export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session ended while the page was open; asking who is signed in is the router's own question.
        if (isUnauthenticated(error) && query.queryKey[0] !== "session") {
          onSignedOut();
        } else if (query.state.data !== undefined && query.state.fetchMeta?.fetchMore) {
          // What a list has stays, and its button for more is there to try again.
          toast(`More could not be loaded: ${messageOf(error)}`, "critical");
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
