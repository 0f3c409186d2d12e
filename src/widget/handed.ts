import type * as Preact from 'preact';

/** What of Preact draws. */
export type Drawing = Pick<typeof Preact, 'h' | 'Fragment'>;

/** Makes a node; there once Preact was taken. */
export let h: Drawing['h'];
/** Holds nodes together without one of their own; there once Preact was taken. */
export let Fragment: Drawing['Fragment'];

/** Takes the panel's own Preact for what is drawn by a later file: the page loads it once. */
export function takePreact(preact: Drawing): void {
  ({h, Fragment} = preact);
}
