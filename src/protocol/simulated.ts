/**
 * How the names of sites begin whose turns a program made up. The name is all that says so: a beacon has no other place
 * for it. Such turns are stored and computed as any other, and counted apart wherever turns are told of.
 */
export const SIMULATED_PREFIX = 'simulated-';

/** Tells whether the turns of a site are simulated. */
export function isSimulated(site: string): boolean {
  return site.startsWith(SIMULATED_PREFIX);
}
