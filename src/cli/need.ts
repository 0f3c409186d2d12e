import {isAbsolute, relative} from 'node:path';
import {CommandError, firstLine} from './command-error.ts';
import {PACKAGE_FOLDER} from './package-folder.ts';

/** The optional packages that `firstword serve` stands on. */
export const SERVE_PACKAGES = [
  'hono',
  '@hono/node-server',
  'ai',
  '@ai-sdk/openai-compatible',
  'cockatiel',
  'ajv',
  '@duckdb/node-api',
] as const;

/**
 * Loads what stands on optional packages, once all of them are there.
 *
 * @param options.command - Who needs them, for the message.
 * @param options.packages - Names of the packages.
 * @param options.load - Imports the modules that use them.
 * @throws CommandError `package`, with the one command that installs what is missing, or with the reason why a package
 *   that is there does not load.
 */
export async function withPackages<Loaded>(options: {
  command: string;
  packages: readonly string[];
  load: () => Promise<Loaded>;
}): Promise<Loaded> {
  const {command} = options;
  const missing = options.packages.filter((name) => !isThere(name));
  if (missing.length > 0) throw new CommandError('package', `${command} needs more packages: ${writeInstall(missing)}`);
  try {
    return await options.load();
  } catch (cause) {
    throw new CommandError('package', `a package that ${command} needs does not load: ${firstLine(cause)}`, {cause});
  }
}

function isThere(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false; // whatever the reason, importing it would fail as well
  }
}

/** What installs packages where this one finds them. */
function writeInstall(names: readonly string[]): string {
  // one that npx or -g put elsewhere does not see what is installed here, so it is installed here as well
  return `npm install ${[...(isElsewhere() ? ['firstword'] : []), ...names].join(' ')}`;
}

function isElsewhere(): boolean {
  const [, home] = /^(.*?)[\\/]node_modules[\\/]/.exec(PACKAGE_FOLDER) ?? [];
  if (home === undefined) return false;
  const way = relative(home, process.cwd());
  return way.startsWith('..') || isAbsolute(way); // absolute: another drive
}
