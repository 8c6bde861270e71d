import { MutationCache, QueryCache, QueryClient, keepPreviousData } from "@tanstack/react-query";
import { isOtherPerson, isUnauthenticated, messageOf } from "@/shared/api/client";
import { isAskedAgain, pauseBefore } from "@/shared/api/retries";
import { toast } from "@/shared/ui/toast";

/** Of a change whose own affair it is that nobody is signed in, such as signing in itself. */
export const ASKS_WHO_ONE_IS = { asksWhoOneIs: true };

/**
 * @param onSignedOut called when nobody is signed in any more, by whatever learns of it, and with whether the page asked that by itself:
 *     what it shows already, or what it listens to
 * @param onOtherPerson the same when someone else is, with how the server says it
 */
export function createQueryClient(onSignedOut: (byItself: boolean) => void, onOtherPerson: (told: string, byItself: boolean) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        const isMore = query.state.fetchMeta?.fetchMore !== undefined;
        const byItself = (query.state.data !== undefined && !isMore) || query.meta?.isInBackground === true;
        if (isUnauthenticated(error)) {
          onSignedOut(byItself);
        } else if (isOtherPerson(error)) {
          onOtherPerson(messageOf(error), byItself);
        } else if (query.state.data !== undefined && isMore) {
          // What a list has stays, and its button for more is there to try again.
          toast(`More could not be loaded: ${messageOf(error)}`, "critical");
        }
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (isOtherPerson(error)) {
          onOtherPerson(messageOf(error), false);
        } else if (isUnauthenticated(error) && !mutation.meta?.asksWhoOneIs) {
          onSignedOut(false);
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
