import dompurify from '../data/dompurify-payloads.json';
import {attack, renderAll, type Target} from './attack.ts';
import {writeDocument} from './corpus.ts';
import {exfiltrations, hiddenTexts, obfuscatedSchemes, redirections, SHOP} from './payloads.ts';

/** What a renderer did on a page of its own. */
export interface Report {
  /** The DOM of each payload and document, as HTML. */
  outputs: string[];
  /** What was dangerous while the payloads streamed; nothing when they were only compared. */
  faults: {payload: string; fault: string}[];
  stepCount: number;
}

const payloads = [
  ...dompurify,
  ...exfiltrations(),
  ...redirections(),
  ...hiddenTexts(),
  ...obfuscatedSchemes().filter((_, at) => at % 5 === 0),
];

/** Renders every kind of payload, and documents, with a renderer that was loaded by the page itself. */
export function compare(target: Target): Report {
  const documents = Array.from({length: 40}, (_, seed) => writeDocument(seed));
  return {outputs: renderAll(target, {payloads: [...payloads, ...documents], allowed: SHOP}), faults: [], stepCount: 0};
}

/** Does the same, and streams every payload character by character under watch. */
export function tryOut(target: Target): Report {
  const {faults, stepCount} = attack(target, {payloads, feed: 'character by character', allowed: SHOP});
  return {...compare(target), faults, stepCount};
}
