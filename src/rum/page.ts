import type {PageRecord} from '../protocol/index.ts';

/** Turns a path into a template: segments that look like identifiers, or hold other characters, become `:id`. */
export function routeTemplate(path: string): string {
  const segments = path.replace(/^\//, '').split('/');
  return `/${segments.map((segment) => (IDENTIFIER.test(segment) ? ':id' : segment)).join('/')}`.slice(0, 64);
}

/** Four digits, nothing but digits, 16 characters with a digit, 41 characters, or another character than words have. */
const IDENTIFIER = /(\d\D*){4}|^\d+$|^(?=.*\d).{16}|^.{41}|[^\w:.~-]/;

interface Connection {
  effectiveType?: string;
  rtt?: number;
  saveData?: boolean;
}

/**
 * Describes this page view in closed words: no address, referrer, agent string or stored identifier.
 *
 * @param options.id - 16 random hex digits, made for this view.
 * @param options.route - The site's own template; the path's by default.
 */
export function describePage({id, route}: {id: string; route: string | undefined}): PageRecord {
  const {connection, deviceMemory} = navigator as {connection?: Connection; deviceMemory?: number}; // Chromium only
  const navigation = performance.getEntriesByType('navigation')[0];
  const type = navigation instanceof PerformanceNavigationTiming ? navigation.type.replace('_', '-') : '';
  const nav = NAVS.find((known) => known === type);
  const shortSide = Math.min(screen.width, screen.height);
  return {
    id,
    route: route ?? routeTemplate(location.pathname),
    ...(nav ? {nav} : {}),
    device: !matchMedia('(pointer: coarse)').matches ? 'desktop' : shortSide < 600 ? 'mobile' : 'tablet',
    net: NETS.find((known) => known === connection?.effectiveType) ?? 'unknown',
    ...(connection?.rtt === undefined ? {} : {rtt: Math.min(Math.round(connection.rtt / 25) * 25, 3000)}),
    ...(connection?.saveData === undefined ? {} : {save_data: connection.saveData}),
    ...(deviceMemory === undefined ? {} : {mem: MEMORY.findLast((size) => size <= deviceMemory) ?? 0.25}),
  };
}

const NAVS = ['navigate', 'reload', 'back-forward', 'prerender'] as const;
const NETS = ['slow-2g', '2g', '3g', '4g'] as const;
const MEMORY = [0.25, 0.5, 1, 2, 4, 8] as const;
