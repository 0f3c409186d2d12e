import {normalQuantile} from './normal.ts';

/**
 * The luck of some turns, by name: a name gives the same numbers whatever else is asked for. So two plans are compared on
 * the same turns, and differ by what is different in them alone (common random numbers).
 */
export interface Draws {
  readonly turnCount: number;
  /** Draws one number a turn, evenly between 0 and 1. */
  even(name: string): Float64Array;
  /** Draws one number a turn from the standard normal distribution. */
  normal(name: string): Float64Array;
  /** Gives what was made under a name before, or makes it. Nobody may change it. */
  kept<Made>(name: string, make: () => Made): Made;
}

/** Creates the luck that a seed determines. Everything drawn is kept: 8 bytes a turn and name. */
export function createDraws({turnCount, seed}: {turnCount: number; seed: number}): Draws {
  const made = new Map<string, unknown>();
  function kept<Made>(name: string, make: () => Made): Made {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as Made; // what this name was made with
  }

  function draw(name: string): Float64Array {
    const key = hashOf(`${seed} ${name}`);
    const other = mix(key ^ 0x9e3779b9);
    const column = new Float64Array(turnCount);
    for (let turn = 0; turn < turnCount; turn++) {
      column[turn] = ((mix(mix(turn ^ key) + other) >>> 0) + 0.5) / 4_294_967_296;
    }
    return column;
  }

  return {
    turnCount,
    even: (name) => kept(`even ${name}`, () => draw(name)),
    normal: (name) =>
      kept(`normal ${name}`, () => {
        const column = draw(name);
        for (let turn = 0; turn < turnCount; turn++) column[turn] = normalQuantile(column[turn] ?? 0);
        return column;
      }),
    kept,
  };
}

/** Hashes a text to 32 bits (FNV-1a). */
function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  return mix(hash);
}

/** Spreads 32 bits over all others (the last step of MurmurHash3). */
function mix(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
