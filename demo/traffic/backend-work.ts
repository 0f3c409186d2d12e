import type {Draw} from './draw.ts';
import type {IncidentName} from './plan.ts';
import type {Visit} from './visit.ts';

/** Kinds of questions: how often they are asked, whether the FAQ may know them, which route and whether a tool they take. */
const CLASSES = {
  shipping: {share: 24, faq: true, route: 'fast', tool: false},
  returns: {share: 16, faq: true, route: 'fast', tool: false},
  payment: {share: 12, faq: true, route: 'fast', tool: false},
  'order-status': {share: 18, faq: false, route: 'fast', tool: true},
  stock: {share: 8, faq: false, route: 'fast', tool: true},
  advice: {share: 22, faq: false, route: 'powerful', tool: false},
} as const;

type ClassName = keyof typeof CLASSES;

const SHARES = Object.fromEntries(Object.entries(CLASSES).map(([name, {share}]) => [name, share])) as Record<
  ClassName,
  number
>; // the same names

/** Medians of what the models need, in ms. */
const MODELS = {
  fast: {firstTokenMs: 380, perTokenMs: 6},
  powerful: {firstTokenMs: 760, perTokenMs: 14},
} as const;

/** From here on a second attempt is made, in ms of the model's own time. */
const HEDGE_AFTER_MS = 1400;

/** What the backend does for one question, in ms; what it does not do is absent. */
export interface Work {
  class: ClassName;
  route: 'fast' | 'powerful';
  /** Who answers. */
  source: 'model' | 'cache' | 'faq';
  networkMs: number;
  overheadMs: number;
  classifyMs: number;
  cacheMs: number;
  retrievalMs: number;
  /** What was looked up ahead: it served, came too late, or was for another question. */
  prefetch?: 'used' | 'late' | 'wasted';
  toolsMs?: number;
  modelMs: number;
  generateMs: number;
  tokenCount: number;
  /** A second attempt of the model, after HEDGE_AFTER_MS. */
  hedge?: {won: 'primary' | 'hedge' | 'denied'; at: number};
  /** The instance had to start first. */
  isCold: boolean;
  /** Something on the way holds the answer back until it is whole. */
  isHeld: boolean;
}

/** Draws what the backend does for one question, while an incident is on or not. */
export function drawWork(draw: Draw, {visit, incident}: {visit: Visit; incident: IncidentName | undefined}): Work {
  const name = draw.pick(SHARES);
  const {faq, route, tool} = CLASSES[name];
  const isFaq = faq && draw.chance(0.35);
  const isKept = !isFaq && faq && draw.chance(0.2);
  const isCold = draw.chance(incident === 'cold-starts' ? 1 / 12 : 0.0005);
  const model = MODELS[route];
  const isOverloaded = incident === 'model-tail' && draw.chance(1 / 8);
  const tokenCount = Math.max(8, Math.round(draw.waitMs(110, 0.5)));
  const firstMs = draw.waitMs(model.firstTokenMs, 0.38);
  const modelMs = isOverloaded ? firstMs + draw.waitMs(6000, 0.4) : firstMs;
  const ahead =
    visit.arm === 'on' && draw.chance(0.55) ? draw.pick({used: 76, wasted: 16, late: 8} as const) : undefined;
  return {
    class: name,
    route,
    source: isFaq ? 'faq' : isKept ? 'cache' : 'model',
    networkMs: draw.waitMs(visit.networkMs, 0.35),
    overheadMs: draw.waitMs(12, 0.5) + (isCold ? draw.waitMs(4200, 0.25) : 0),
    classifyMs: draw.waitMs(5, 0.3),
    cacheMs: draw.waitMs(2, 0.3),
    retrievalMs: ahead === 'used' ? 1 : draw.waitMs(130, 0.4),
    ...(ahead ? {prefetch: ahead} : {}),
    ...(tool
      ? {toolsMs: draw.waitMs(incident === 'slow-tool' ? 4600 : 240, incident === 'slow-tool' ? 0.3 : 0.45)}
      : {}),
    ...hedged(draw, {modelMs, model}),
    generateMs: tokenCount * model.perTokenMs * draw.between(0.85, 1.25),
    tokenCount,
    isCold,
    isHeld: draw.chance(incident === 'buffering-proxy' ? 2 / 3 : 0.002),
  };
}

/** An overloaded provider keeps the second attempt waiting too, so it wins only now and then. */
function hedged(
  draw: Draw,
  {modelMs, model}: {modelMs: number; model: (typeof MODELS)[keyof typeof MODELS]},
): Pick<Work, 'modelMs' | 'hedge'> {
  if (modelMs <= HEDGE_AFTER_MS || !draw.chance(0.7)) return {modelMs};
  const overloaded = modelMs > 4000;
  const won = draw.pick(overloaded ? {denied: 80, primary: 12, hedge: 8} : {denied: 10, primary: 35, hedge: 55});
  const secondMs = HEDGE_AFTER_MS + draw.waitMs(model.firstTokenMs, 0.3);
  const shorter = won === 'hedge' && secondMs < modelMs;
  return {
    modelMs: shorter ? secondMs : modelMs,
    hedge: {won: won === 'hedge' && !shorter ? 'primary' : won, at: HEDGE_AFTER_MS},
  };
}
