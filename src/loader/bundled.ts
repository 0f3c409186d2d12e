import type {LazyFile, LoadFile} from '../chat/index.ts';

const PARTS: Readonly<Partial<Record<LazyFile, () => Promise<unknown>>>> = {
  'firstword-panel': () => import('../widget/index.ts'),
  'firstword-answer': () => import('../widget/answering.ts'),
  'firstword-measure': () => import('../widget/measuring.ts'),
  'firstword-more': () => import('../widget/more.tsx'),
  'firstword-owner': () => import('../widget/owner-lines.ts'),
  'firstword-faq': () => import('../widget/instant.ts'),
  'firstword-tabs': () => import('../widget/tabs.ts'),
  'firstword-experiment': () => import('../widget/experiment.ts'),
  'firstword-vendors': () => import('../widget/vendors.ts'),
  'lang/ar': () => import('../widget/words/ar.ts'),
  'lang/de': () => import('../widget/words/de.ts'),
  'lang/es': () => import('../widget/words/es.ts'),
  'lang/fr': () => import('../widget/words/fr.ts'),
};

/** Brings a part of the widget as the bundler placed it: in a file of its own, or beside everything else. */
export const loadBundled: LoadFile = async (file) => {
  const bring = PARTS[file];
  if (!bring) throw new Error('firstword.full.js has none');
  return bring();
};
