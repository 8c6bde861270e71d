import { MutationCache, QueryCache, QueryClient, keepPreviousData } from "@tanstack/react-query";
import { isUnauthenticated, messageOf } from "@/shared/api/client";
import { isAskedAgain, pauseBefore } from "@/shared/api/retries";
import { toast } from "@/shared/ui/toast";

/** Of a change whose own affair it is that nobody is signed in, such as signing in itself. */
export const ASKS_WHO_ONE_IS = { asksWhoOneIs: true };

/** @param onSignedOut called when the session has ended while the page was open, by whatever learns of it */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // Asking who is signed in is the router's own question.
        if (isUnauthenticated(error) && query.queryKey[0] !== "session") {
          onSignedOut();
        } else if (query.state.data !== undefined && query.state.fetchMeta?.fetchMore) {
          // What a list has stays, and its button for more is there to try again.
          toast(`More could not be loaded: ${messageOf(error)}`, "critical");
        }
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (isUnauthenticated(error) && !mutation.meta?.asksWhoOneIs) {
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
