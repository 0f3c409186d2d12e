import type {createPolicy, createRenderer} from '../../../src/markdown/index.ts';
import {type Allowed, watchDanger} from './danger.ts';

/** The renderer under attack, from the sources or as it was built. */
export interface Target {
  createRenderer: typeof createRenderer;
  createPolicy: typeof createPolicy;
}

/** What came of an attack. */
export interface Outcome {
  payloadCount: number;
  /** How often the page was looked at. */
  stepCount: number;
  /** What was dangerous, at most ten of them. */
  faults: {payload: string; fault: string}[];
}

/** How a payload arrives. */
export type Feed = 'whole' | 'character by character' | 'split at every place';

/** Renders payloads one after the other on the page and looks for danger after every step. */
export function attack(
  {createRenderer, createPolicy}: Target,
  {payloads, feed, allowed}: {payloads: readonly string[]; feed: Feed; allowed: Allowed},
): Outcome {
  const root = document.createElement('div');
  document.body.append(root);
  const danger = watchDanger(root, allowed);
  const policy = createPolicy({
    baseUrl: allowed.baseUrl,
    linkHosts: [...allowed.linkHosts],
    imagePrefixes: [...allowed.imagePrefixes],
  });
  const outcome: Outcome = {payloadCount: payloads.length, stepCount: 0, faults: []};

  function look(payload: string): void {
    outcome.stepCount++;
    for (const fault of danger.look()) if (outcome.faults.length < 10) outcome.faults.push({payload, fault});
  }

  function render(payload: string, cuts: readonly number[]): void {
    root.replaceChildren();
    const renderer = createRenderer(root, {policy});
    let from = 0;
    for (const cut of cuts) {
      renderer.write(payload.slice(from, cut));
      renderer.flush();
      look(payload);
      from = cut;
    }
    renderer.write(payload.slice(from));
    renderer.end();
    look(payload);
  }

  for (const payload of payloads) {
    const places = Array.from({length: Math.max(0, payload.length - 1)}, (_, at) => at + 1);
    try {
      if (feed === 'whole') render(payload, []);
      else if (feed === 'character by character') render(payload, places);
      else for (const place of places) render(payload, [place]);
    } catch (cause) {
      if (outcome.faults.length < 10) outcome.faults.push({payload, fault: `thrown: ${cause}`});
    }
  }
  danger.stop();
  root.remove();
  return outcome;
}

/** Renders payloads and gives the DOM of each as HTML, for comparing. */
export function renderAll(
  {createRenderer, createPolicy}: Target,
  {payloads, allowed}: {payloads: readonly string[]; allowed: Allowed},
): string[] {
  const policy = createPolicy({
    baseUrl: allowed.baseUrl,
    linkHosts: [...allowed.linkHosts],
    imagePrefixes: [...allowed.imagePrefixes],
  });
  const results: string[] = [];
  for (let at = 0; at < payloads.length; at++) {
    const root = document.createElement('div');
    const renderer = createRenderer(root, {policy});
    const text = payloads[at] ?? '';
    const half = text.length >> 1;
    try {
      renderer.write(text.slice(0, half));
      renderer.flush();
      renderer.write(text.slice(half));
      renderer.end();
      results[at] = root.innerHTML;
    } catch (cause) {
      results[at] = `thrown: ${cause}`;
    }
  }
  return results;
}
