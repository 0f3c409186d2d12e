import {owner as ownerHash} from 'virtual:firstword-files';
import {type ChatEvent, createMeasure, type Measure, type MeasureOptions} from '../chat/index.ts';
import type * as OwnerFile from './owner-lines.ts';
import type {PanelParts} from './parts.ts';

/** Brings to life what measures turns and holds them to what the site declared. */
export function startMeasure({
  given,
  options,
  language,
  version: sdk,
  print: onLine,
}: Pick<PanelParts, 'given' | 'options' | 'language' | 'version' | 'print'>): Measure {
  const {supportEmail, supportUrl} = options;
  const hasContact = Boolean(supportEmail ?? supportUrl) || typeof given.get('onHandoff') === 'function';
  const wanted: MeasureOptions = {...options, language, sdk, onLine, hasContact};
  return createMeasure(wanted);
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
