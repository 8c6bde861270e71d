import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// How long what is waited for may take on a busy machine; what is there sooner is found sooner.
configure({ asyncUtilTimeout: 15_000 });

// What a browser has and jsdom has not.
Object.assign(globalThis, {
  ResizeObserver: class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
  // A wide window, in the light.
  matchMedia: () => Object.assign(new EventTarget(), { matches: false }),
});
