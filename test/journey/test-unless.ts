import {test} from 'vitest';

/**
 * Declares a test, or skips it by name where there is a reason, which is printed.
 *
 * @param reason - in words; undefined where the test can run.
 */
export function testUnless(reason: string | undefined, name: string, work: () => Promise<void>): void {
  if (reason) console.log(`skipped: ${name}: ${reason}`);
  test.skipIf(reason)(reason ? `${name} is skipped: ${reason}` : name, work);
}
