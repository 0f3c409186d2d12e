/** One way in which a page may have changed what scripts rely on. */
export interface HostilePage {
  name: string;
  /** Changes the page; gives back the way to undo it. */
  spoil(): () => void;
}

const ATTRIBUTES =
  'href src srcset onclick onload onerror id name class className style title alt rel target type checked disabled start align dir';
const FIELDS =
  'kind node nodes tag text data url label parent child children next previous first last depth level length index open closed tight loose marker info offset content language done definition definitions';
const OPTIONS =
  'policy link image foreignHost headingOffset maxChars maxDepth onBlock copyLabel baseUrl linkHosts imagePrefixes';

const BAD = 'javascript:alert(1)';

function addTo(target: object, fields: Record<string, unknown>): () => void {
  const names = Object.keys(fields).filter((name) => !Object.hasOwn(target, name));
  const set = (name: string) => {
    // no own property of Object.prototype is hidden by `{}` here, so nothing is read through what was spoiled before
    Object.defineProperty(target, name, {
      __proto__: null,
      value: fields[name],
      enumerable: true,
      configurable: true,
      writable: true,
    } as PropertyDescriptor);
  };
  names.forEach(set);
  return () => {
    for (const name of names) Reflect.deleteProperty(target, name);
  };
}

function replace<T extends object, K extends keyof T>(target: T, key: K, by: T[K]): () => void {
  const original = target[key];
  target[key] = by;
  return () => {
    target[key] = original;
  };
}

const fill = (names: string, value: unknown) =>
  Object.assign(Object.create(null), Object.fromEntries(names.split(' ').map((name) => [name, value])));

const all =
  (...undo: (() => void)[]) =>
  () => {
    for (const each of undo.reverse()) each();
  };

const refuse = (): never => {
  throw new Error('the page has its own idea of this');
};

/** The pages on which output must be the same as on any other. */
export const HOSTILE_PAGES: readonly HostilePage[] = [
  {name: 'attributes on Object.prototype', spoil: () => addTo(Object.prototype, fill(ATTRIBUTES, BAD))},
  {name: 'fields on Object.prototype', spoil: () => addTo(Object.prototype, fill(FIELDS, BAD))},
  {name: 'options on Object.prototype', spoil: () => addTo(Object.prototype, fill(OPTIONS, 1))},
  {
    name: 'extras on Array.prototype and String.prototype',
    spoil: () =>
      all(
        addTo(Array.prototype, fill(`${ATTRIBUTES} ${FIELDS.replace(' length', '')} each remove clone`, BAD)),
        addTo(String.prototype, fill('each blank kind href', BAD)),
        addTo(Function.prototype, fill('kind href each', BAD)),
      ),
  },
  {
    name: 'toJSON of an old library',
    spoil: () => {
      const toJSON = () => '"spoiled"';
      return all(
        addTo(Array.prototype, {toJSON}),
        addTo(String.prototype, {toJSON}),
        addTo(Object.prototype, {toJSON}),
      );
    },
  },
  {
    name: 'patched Promise, fetch, JSON.stringify and Element.prototype.remove',
    spoil: () =>
      all(
        replace(Promise.prototype, 'then', refuse),
        replace(window, 'Promise', new Proxy(Promise, {construct: refuse})),
        replace(window, 'fetch', refuse),
        replace(JSON, 'stringify', () => '"spoiled"'),
        replace(Element.prototype, 'remove', () => undefined),
      ),
  },
];
