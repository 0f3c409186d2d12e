import {
  faq as faqHash,
  measure as measureHash,
  more as moreHash,
  owner as ownerHash,
  tabs as tabsHash,
  vendors as vendorsHash,
} from 'virtual:firstword-files';
import {type Answering, type ChatEvent, createAnswering, type LazyFile, type Vendors} from '../chat/index.ts';
import {createPainter} from './create-painter.ts';
import type * as InstantFile from './instant.ts';
import type * as MeasureFile from './measuring.ts';
import type * as MoreFile from './more.tsx';
import type * as OwnerFile from './owner-lines.ts';
import type {Painter} from './painting.ts';
import type {PanelParts} from './parts.ts';
import type * as TabsFile from './tabs.ts';
import type * as VendorsFile from './vendors.ts';
import {enAnswer} from './words/en.ts';
import type {AnswerWords} from './words/words.ts';

/** What reads answers and what draws them, with the words they need. */
export interface Started {
  /** Waits for what meets other tabs, where a conversation is all tabs'. */
  answering: Promise<Answering>;
  painter: Painter;
  words: AnswerWords;
  /** Says to the site's developer what went wrong; visitors of a page where nothing does never load the words for it. */
  onTrouble: (trouble: Extract<ChatEvent, {kind: 'trouble'}>) => void;
}

/**
 * Brings to life what reads and draws answers. What measures them, and what people do beside asking, is loaded beside
 * it: no answer waits for either.
 */
export function startAnswering(parts: PanelParts & {endpoint: string}): Started {
  const {load, print, options, language, version: sdk, foreign, onMore, endpoint, signal} = parts;
  signal.throwIfAborted(); // nothing more is loaded for a chat that is gone
  const words = foreign ?? enAnswer;
  const missing = (what: string) => (cause: unknown) => {
    if (!signal.aborted) print(`${what}: the file that does it did not load unchanged (${cause}).`);
  };
  const bring = async (file: LazyFile, hash: string) => {
    const arrived = await load(file, hash);
    signal.throwIfAborted(); // nothing begins in a chat that is gone
    return arrived;
  };
  // all are our own files, checked by their hashes
  const measure = bring('firstword-measure', measureHash).then((file) =>
    (file as typeof MeasureFile).createMeasure({...options, language, sdk, onLine: print}),
  );
  const more = bring('firstword-more', moreHash).then((file) =>
    (file as typeof MoreFile).createMore({...parts, measure}),
  );
  const instant =
    options.faq === undefined
      ? undefined
      : bring('firstword-faq', faqHash).then((file) =>
          (file as typeof InstantFile).startInstant({
            ...parts,
            ...options,
            language,
            faq: String(options.faq),
            name: endpoint,
          }),
        );
  let vendors: Promise<Vendors> | undefined;
  function loadVendors(): Promise<Vendors> {
    vendors ??= bring('firstword-vendors', vendorsHash).then((file) => (file as typeof VendorsFile).getVendors());
    vendors.catch((cause: unknown) => {
      vendors = undefined; // the next answer tries again
      missing('no answer can be read')(cause);
    });
    return vendors;
  }
  async function createAll(): Promise<Answering> {
    const meet =
      options.persist === 'local'
        ? await bring('firstword-tabs', tabsHash).then(
            (file) => (file as typeof TabsFile).createOthers,
            missing('other tabs do not follow'),
          )
        : undefined;
    return createAnswering({...parts, measure, loadVendors, instant, meet: meet ?? undefined});
  }
  measure.catch(missing('no turn is measured'));
  instant?.catch(missing('no question is answered at once'));
  more.then(onMore, missing('answers cannot be copied or judged'));
  return {
    onTrouble(trouble) {
      bring('firstword-owner', ownerHash).then(
        (file) => print((file as typeof OwnerFile).ownerLine(trouble, {...options, endpoint})),
        missing(`${endpoint} failed (${trouble.problem})`),
      );
    },
    answering: createAll(),
    painter: createPainter({...parts, ...options, words}),
    words,
  };
}
