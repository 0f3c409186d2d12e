import {createPackFeed, type FedPack} from '../../src/chat/pack-feed.ts';
import {createDecoys, createLearned, createPackStore, createShelf} from '../../src/storage/index.ts';
import {deleteForeign, openForeign, patientShelf, putForeign} from '../storage/databases.ts';

/** Opens the chat's FAQ at some time on a page, and says which packs it got and what was wrong. */
async function visit(url: string, nowAt: number): Promise<string[]> {
  const told: string[] = [];
  await createPackFeed<FedPack & {version?: string}>({
    ...{url, language: undefined, credentials: 'same-origin'},
    packs: createPackStore(url, patientShelf('firstword-faq')),
    accept: (value) => value as {version?: string}, // the server of this journey sends no others
    onPack: ({version}) => told.push(`has ${version}`),
    onTrouble: ({problem}) => told.push(`trouble ${problem}`),
    signal: new AbortController().signal,
    now: () => nowAt,
    idle: (work) => setTimeout(work),
  });
  return told;
}

const kit = {
  createDecoys,
  createLearned,
  createPackStore,
  createShelf,
  deleteForeign,
  openForeign,
  patientShelf,
  putForeign,
  visit,
};

declare global {
  interface Window {
    /** What this journey's pages try out. */
    kit: typeof kit;
  }
}

window.kit = kit;
