import type {LoadFile} from '../chat/index.ts';
import {loadBundled} from './bundled.ts';

/** Brings a part of the widget where a bundler makes files of parts: also what the one file of everything leaves out. */
export const loadSplit: LoadFile = (file, hash) =>
  file === 'firstword-glass' ? import('../widget/glass.tsx') : loadBundled(file, hash);
