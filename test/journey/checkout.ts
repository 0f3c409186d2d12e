import {onTestFinished} from 'vitest';
import {createGate, type Gate} from '../gate.ts';
import {borrowBrowser, type EngineName, type Page} from './drive/index.ts';
import {ask, instantModel, openByKeyboard, type Stage, type StageOptions, startStage} from './stage.ts';

/** A question that the demo shop answers in many words. */
export const QUESTION = 'How long can I try a mattress?';

/** Starts the demo and opens its checkout in a browser of its own; both end with the test. */
export async function openCheckout(engine: EngineName, options?: StageOptions): Promise<{stage: Stage; page: Page}> {
  const stage = await startStage(options);
  onTestFinished(async () => void (await stage.close()));
  const browser = await borrowBrowser(engine);
  onTestFinished(() => browser.close());
  return {stage, page: await browser.open(`${stage.url}/checkout`)};
}

/** Asks in the checkout, and waits until the first word is painted; the model is held before its fourth by the gate. */
export async function startHeldAnswer(engine: EngineName): Promise<{gate: Gate; stage: Stage; page: Page}> {
  const gate = createGate();
  const {stage, page} = await openCheckout(engine, {model: instantModel({heldFrom: 3, opened: gate.opened})});
  await openByKeyboard(page);
  await page.run(() => addEventListener('firstword:firsttoken', () => document.body.setAttribute('data-painted', '')));
  await ask(page, QUESTION);
  await page.waitFor(() => document.body.hasAttribute('data-painted'));
  return {gate, stage, page};
}
