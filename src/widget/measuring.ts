import {createMeasure, type Measure, type MeasureOptions} from '../chat/index.ts';
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
