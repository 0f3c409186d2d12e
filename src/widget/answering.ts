import {
  faq as faqHash,
  measure as measureHash,
  more as moreHash,
  tabs as tabsHash,
  vendors as vendorsHash,
} from 'virtual:firstword-files';
import {type Answering, type ChatEvent, createAnswering, type LazyFile, type Vendors} from '../chat/index.ts';
import {createPainter} from './create-painter.ts';
import type * as InstantFile from './instant.ts';
import type * as MeasureFile from './measuring.ts';
import type * as MoreFile from './more.tsx';
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

/** What failed has been said. */
const told = () => undefined;

/**
 * Brings to life what reads and draws answers. What measures them, and what people do beside asking, is loaded beside
 * it: no answer waits for either.
 */
export function startAnswering(parts: PanelParts & {endpoint: string}): Started {
  const {load, options, language, foreign, onMore, endpoint, signal} = parts;
  signal.throwIfAborted(); // nothing more is loaded for a chat that is gone
  const words = foreign ?? enAnswer;
  /** Loads a file of ours, checked by its hash, and has begin what is in it; without it the chat goes on. */
  function bring<File, T>(file: LazyFile, hash: string, begin: (arrived: File) => T): Promise<T> {
    const begun = load(file, hash).then((arrived) => {
      signal.throwIfAborted(); // nothing begins in a chat that is gone
      return begin(arrived as File);
    });
    begun.catch(told);
    return begun;
  }
  const measuring = bring('firstword-measure', measureHash, (file: typeof MeasureFile) => file);
  const measure = measuring.then((file) => file.startMeasure(parts));
  measure.catch(told);
  bring('firstword-more', moreHash, (file: typeof MoreFile) => onMore(file.createMore({...parts, measure})));
  const {faq} = options;
  const instant =
    faq === undefined
      ? undefined
      : bring('firstword-faq', faqHash, (file: typeof InstantFile) =>
          file.startInstant({...parts, ...options, language, faq, name: endpoint}),
        );
  let vendors: Promise<Vendors> | undefined;
  function loadVendors(): Promise<Vendors> {
    vendors ??= bring('firstword-vendors', vendorsHash, (file: typeof VendorsFile) => file.getVendors());
    vendors.catch(() => {
      vendors = undefined; // the next answer tries again
    });
    return vendors;
  }
  async function createAll(): Promise<Answering> {
    const meet =
      options.persist === 'local'
        ? await bring('firstword-tabs', tabsHash, (file: typeof TabsFile) => file.createOthers).catch(told)
        : undefined;
    return createAnswering({...parts, measure, loadVendors, instant, meet});
  }
  return {
    onTrouble: (trouble) => void measuring.then((file) => file.tellOwner(trouble, parts)).catch(told),
    answering: createAll(),
    painter: createPainter({...parts, ...options, words}),
    words,
  };
}
