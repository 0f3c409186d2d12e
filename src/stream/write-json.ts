/** Writes JSON in which lists are lists, also where a library of the page gave all lists a `toJSON` of its own. */
export const writeJson = (value: object): string =>
  'toJSON' in Array.prototype
    ? JSON.stringify(value, function (this: Record<string, unknown>, name: string, made: unknown) {
        const own = this[name]; // as it was before any toJSON
        return Array.isArray(own) ? own : made;
      })
    : JSON.stringify(value);
