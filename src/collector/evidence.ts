/** How often at most chance alone may lead to a finding, over all that was looked at for it. */
export const FALSE_ALARM_SHARE = 0.05;

/**
 * Tells how much more of a set has some property than chance explains: the negative logarithm of a bound on the
 * probability (Chernoff, "A measure of asymptotic efficiency", 1952), which holds for any count. Where `lookedCount` such
 * questions were asked, an answer is a finding from `findingFrom(lookedCount)` on.
 *
 * @param options.count - Independent members of the set.
 * @param options.partShare - The share of them that has the property, 0 to 1.
 * @param options.expectedShare - The share that is to be expected, 0 to 1.
 * @returns 0 where it is no more than expected.
 */
export function surprise(options: {count: number; partShare: number; expectedShare: number}): number {
  const {count, partShare, expectedShare} = options;
  if (partShare <= expectedShare) return 0;
  if (expectedShare <= 0) return Number.POSITIVE_INFINITY;
  const rest = partShare < 1 ? (1 - partShare) * Math.log((1 - partShare) / (1 - expectedShare)) : 0;
  return count * (partShare * Math.log(partShare / expectedShare) + rest);
}

/** Tells from which surprise on an answer is a finding, when so many questions were asked (Bonferroni). */
export function findingFrom(lookedCount: number): number {
  return Math.log(Math.max(1, lookedCount) / FALSE_ALARM_SHARE);
}
