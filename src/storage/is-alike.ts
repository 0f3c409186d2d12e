/** Whether a value that was kept has all that a sample has, each of the sample's kind: nothing looks further than that. */
export function isAlike<T extends object>(kept: unknown, sample: T): kept is T {
  return Object.entries(sample).every(([name, like]: [string, unknown]) => {
    const value = (kept as Partial<Record<string, unknown>> | null | undefined)?.[name];
    return typeof value === typeof like && Array.isArray(value) === Array.isArray(like);
  });
}
