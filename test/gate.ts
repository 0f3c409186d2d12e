/** A condition that a test fulfils by hand. */
export interface Gate {
  /** Is resolved once the gate is open. */
  opened: Promise<void>;
  open: () => void;
}

/** Makes a gate that is closed. */
export function createGate(): Gate {
  const {promise, resolve} = Promise.withResolvers<void>();
  return {opened: promise, open: resolve};
}
