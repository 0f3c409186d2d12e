import {type EventParameters, PARAMETERS} from './parameters.ts';

/** Hands an event to somebody's analytics. May throw whatever they throw. */
export type Hand = (event: string, parameters: EventParameters) => void;

/** What a page's scripts have put on `window`, or its elements by their ids: any of it may be anything. */
export type Globals = Readonly<Record<string, unknown>>;

/** Analytics by their word in `data-analytics`. */
export interface Target {
  name: string;
  /** How they are called; undefined while they are not there. */
  find(page: Globals): Hand | undefined;
  /** Whether `auto` passes over them, though they could be called. */
  isOther?(page: Globals): boolean;
}

/** What can be named, in the order in which `auto` looks. */
export const TARGETS: readonly Target[] = [
  {
    name: 'ga4',
    find(page) {
      const gtag = methodOf(page, 'gtag');
      return gtag && ((event, parameters) => gtag('event', event, {...parameters}));
    },
    // beside a container of Tag Manager, gtag may be there to say what the visitor agreed to, and no more
    isOther: ({dataLayer, google_tag_manager: loaded}) => {
      const pushed: readonly (Globals | null | undefined)[] = Array.isArray(dataLayer) ? dataLayer : [];
      const hasContainer =
        pushed.some((entry) => entry?.['event'] === 'gtm.js') ||
        Object.keys(loaded ?? {}).some((name) => name.startsWith('GTM-'));
      return hasContainer && !pushed.some((entry) => entry?.[0] === 'config');
    },
  },
  {
    name: 'gtm',
    find({dataLayer}) {
      const push = methodOf(dataLayer, 'push');
      // a data layer remembers: what is not known now would be read as it was in an earlier event
      return push && ((event, parameters) => push({event, ...UNKNOWN, ...parameters}));
    },
  },
  {name: 'posthog', find: ({posthog}) => plain(posthog, 'capture')},
  {name: 'segment', find: ({analytics}) => plain(analytics, 'track')},
  {
    name: 'plausible',
    find(page) {
      const plausible = methodOf(page, 'plausible');
      return plausible && ((event, parameters) => plausible(event, {props: inWords(parameters), interactive: false}));
    },
  },
  {name: 'amplitude', find: ({amplitude}) => plain(amplitude, 'track')},
  {name: 'mixpanel', find: ({mixpanel}) => plain(mixpanel, 'track')},
];

const UNKNOWN: Globals = Object.fromEntries(PARAMETERS.map((name) => [name, undefined]));

/** Analytics that take an event's name and its parameters. */
function plain(owner: unknown, name: string): Hand | undefined {
  const call = methodOf(owner, name);
  return call && ((event, parameters) => call(event, {...parameters})); // theirs to change
}

/** A method as its owner has it now; undefined where there is none. */
function methodOf(owner: unknown, name: string): ((...args: unknown[]) => void) | undefined {
  const method: unknown = (owner as Globals | null | undefined)?.[name]; // whatever it is, it may be asked
  return typeof method === 'function' ? (...args) => void Reflect.apply(method, owner, args) : undefined;
}

const inWords = (parameters: EventParameters) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
