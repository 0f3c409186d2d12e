import {outbox as outboxHash, owner as ownerHash, vitals as vitalsHash} from 'virtual:firstword-files';
import {type ChatEvent, createMeasure, type Measure, type MeasureOptions, type WatchVitals} from '../chat/index.ts';
import type * as OutboxFile from './outbox.ts';
import type * as OwnerFile from './owner-lines.ts';
import type {PanelParts} from './parts.ts';
import {withAnalytics} from './with-analytics.ts';

/** Brings to life what measures turns and holds them to what the site declared. */
export function startMeasure(
  parts: Pick<PanelParts, 'given' | 'options' | 'language' | 'version' | 'print' | 'load' | 'host' | 'root' | 'signal'>,
): Measure {
  const {given, options, language, version: sdk, print: onLine, load, root, signal} = parts;
  const {supportEmail, supportUrl} = options;
  const hasContact = Boolean(supportEmail ?? supportUrl) || typeof given.get('onHandoff') === 'function';
  const wanted: MeasureOptions = {
    ...options,
    ...{language, sdk, onLine, hasContact},
    openOutbox: async () => ((await load('firstword-outbox', outboxHash)) as typeof OutboxFile).openOutbox(),
    watchVitals(onVitals) {
      load('firstword-vitals', vitalsHash).then(
        (file) => (file as {watchVitals: WatchVitals}).watchVitals({root, onVitals, signal}),
        () => undefined, // said already
      );
    },
  };
  const measure = createMeasure(wanted);
  window.addEventListener('firstword:open', measure.opened, {signal});
  return withAnalytics(measure, parts);
}

/** Says to the site's developer what went wrong; visitors of a page where nothing does never load the words for it. */
export async function tellOwner(
  trouble: Extract<ChatEvent, {kind: 'trouble'}>,
  {load, print, options, endpoint}: Pick<PanelParts, 'load' | 'print' | 'options'> & {endpoint: string},
): Promise<void> {
  try {
    const file = (await load('firstword-owner', ownerHash)) as typeof OwnerFile; // our own file, checked by its hash
    print(file.ownerLine(trouble, {...options, endpoint}));
  } catch {
    print(`${endpoint} failed (${trouble.problem}).`);
  }
}
