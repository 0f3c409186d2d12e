import {glass as glassHash} from 'virtual:firstword-files';
import type {Measure} from '../chat/index.ts';
import type * as GlassFile from './glass.tsx';
import type {PanelParts} from './parts.ts';

/** What a page's address ends with where somebody wants to see how long answers take. */
export const GLASS_HASH = '#firstword-debug';

/** Opens the latency glass while the page's address asks for it; its file is loaded for nobody else. */
export function watchAddress(parts: PanelParts & {measure: Promise<Measure>}): void {
  const {load, signal} = parts;
  let glass: Promise<GlassFile.Glass | undefined> | undefined;

  async function open(): Promise<GlassFile.Glass | undefined> {
    try {
      const file = (await load('firstword-glass', glassHash)) as typeof GlassFile; // our own file, checked by its hash
      return signal.aborted ? undefined : file.openGlass(parts);
    } catch {
      return undefined; // said
    }
  }

  function look(): void {
    if (location.hash === GLASS_HASH) glass ??= open();
    else {
      void glass?.then((opened) => opened?.close());
      glass = undefined;
    }
  }

  window.addEventListener('hashchange', look, {signal});
  look();
}
