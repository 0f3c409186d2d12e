/** Copies what an object itself holds, so that nothing is read from a prototype that a page has extended. */
export function ownOf<T extends object>(options: T): T {
  return Object.assign(Object.create(null), options);
}
