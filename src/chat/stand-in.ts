/** Takes calls for something that is still being loaded. */
export interface StandIn<T> {
  /** Keeps every call until the real thing is there, passes it on afterwards; returns what that returned. */
  readonly proxy: T;
  /** Makes the calls that were kept, in their order. */
  arrive(real: T): void;
}

/** Makes a stand-in. Calls that are kept return undefined: only results that nobody needs yet may be asked for. */
export function createStandIn<T extends object>(): StandIn<T> {
  let real: T | undefined;
  const kept: ((arrived: T) => unknown)[] = [];
  return {
    proxy: new Proxy({} as T, {
      get:
        (_, name) =>
        (...args: unknown[]) => {
          const call = (arrived: T): unknown => (arrived[name as keyof T] as (...all: unknown[]) => unknown)(...args); // only methods of T are asked for
          return real ? call(real) : void kept.push(call);
        },
    }),
    arrive(arrived) {
      real = arrived;
      for (const call of kept.splice(0)) call(arrived);
    },
  };
}
