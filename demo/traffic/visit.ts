import type {PageRecord} from 'firstword/protocol';
import type {Draw} from './draw.ts';

/** A page view of the simulated shop: what its beacon says of it, and what its visitor is like. */
export interface Visit {
  page: PageRecord & {device: 'mobile' | 'tablet' | 'desktop'; net: '4g' | '3g' | '2g' | 'unknown'};
  /** The arm of the experiment that holds looking ahead back. */
  arm: 'on' | 'off';
  /** How many turns an ordinary one stands for; undefined where ordinary turns of this view are not sent. */
  weight: number | undefined;
  /** What a request to the endpoint and back takes, in ms, at the median. */
  networkMs: number;
}

const NETWORK_MS = {'4g': 55, '3g': 240, '2g': 900, unknown: 70} as const;
const DEVICES = {mobile: 58, desktop: 36, tablet: 6};

/** Of the help page's views every second is sampled, as busy sites do. */
const SAMPLED_ROUTE = '/help';
const SAMPLE_RATE = 0.5;

/** Draws one page view. */
export function drawVisit(draw: Draw): Visit {
  const device = draw.pick(DEVICES);
  const net = draw.pick(
    device === 'desktop' ? {'4g': 80, unknown: 20, '3g': 0, '2g': 0} : {'4g': 68, unknown: 18, '3g': 12, '2g': 2},
  );
  const route = draw.pick({'/checkout': 46, '/product/:id': 34, '/help': 20});
  const ttfb = draw.waitMs(2.2 * NETWORK_MS[net], 0.4);
  const fcp = ttfb + draw.waitMs(420, 0.5);
  return {
    page: {
      id: draw.hex(16),
      route,
      nav: draw.pick({navigate: 82, reload: 6, 'back-forward': 5, 'back-forward-cache': 7}),
      device,
      net,
      ...(net === 'unknown' ? {} : {rtt: Math.min(3000, Math.round(draw.waitMs(NETWORK_MS[net], 0.3) / 25) * 25)}),
      save_data: draw.chance(0.03),
      mem: draw.chance(0.3) ? 4 : 8,
      vitals: {ttfb: tenth(ttfb), fcp: tenth(fcp), lcp: tenth(fcp + draw.waitMs(600, 0.5)), cls: 0.02},
    },
    arm: draw.chance(0.9) ? 'on' : 'off',
    weight: route !== SAMPLED_ROUTE ? 1 : draw.chance(SAMPLE_RATE) ? 1 / SAMPLE_RATE : undefined,
    networkMs: NETWORK_MS[net],
  };
}

/** Rounds to the one decimal that records have. */
export function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
