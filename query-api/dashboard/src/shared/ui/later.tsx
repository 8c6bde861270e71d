import { useEffect, useState, type ComponentType, type ReactNode } from "react";

/**
 * A part of a page whose code is loaded beside that of the page, from when this is called, and which is drawn once it is there. React holds
 * back what comes by its own lazy and Suspense until 300 ms after the last such part (FALLBACK_THROTTLE_MS), and then goes through the
 * whole page once more.
 *
 * @param load asked once more with the next visit if it fails; what it fails with is thrown
 * @param placeholder of the size of the part
 */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, placeholder: ReactNode): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  let loading: Promise<void> | undefined;
  const ask = () =>
    (loading ??= load().then((part) => {
      loaded = part;
    }));
  // Whoever draws it tells of the failure.
  ask().catch(() => undefined);
  return function Later(props: P) {
    const [, setIsLoaded] = useState(loaded !== undefined);
    const [failure, setFailure] = useState<{ error: unknown }>();
    useEffect(() => {
      ask().then(
        () => setIsLoaded(true),
        (error: unknown) => {
          loading = undefined;
          setFailure({ error });
        },
      );
    }, []);
    if (failure) {
      throw failure.error;
    }
    const Part = loaded;
    return Part ? <Part {...props} /> : placeholder;
  };
}
