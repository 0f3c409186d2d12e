import {posix} from 'node:path';
import {exportsOf, nameOf, parse} from './parse.ts';
import {type SourceFile, textOf, type Verdict} from './source.ts';

/** A name that can be imported from a subpath of the package, and where it is made. */
export interface PublicName {
  name: string;
  path: string;
}

/** Lists the names that a module exports, its own and those it passes on, in alphabetical order. */
export function namesOf(files: readonly SourceFile[], path: string): PublicName[] {
  const module = parse({path, text: textOf(files, path)});
  const names = exportsOf(module).map(({name}) => ({name, path}));
  for (const statement of module.program.body) {
    if (statement.type !== 'ExportAllDeclaration' && statement.type !== 'ExportNamedDeclaration') continue;
    if (!statement.source) continue;
    const from = posix.join(posix.dirname(path), statement.source.value);
    const passed = from.startsWith('src/') && files.some((file) => file.path === from) ? namesOf(files, from) : [];
    if (statement.type === 'ExportAllDeclaration') {
      if (statement.exported) names.push({name: nameOf(statement.exported), path: from});
      else names.push(...passed);
      continue;
    }
    for (const {local, exported} of statement.specifiers) {
      const made = passed.find(({name}) => name === nameOf(local));
      names.push({name: nameOf(exported), path: made?.path ?? from});
    }
  }
  return names.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** What package.json says of the package's doors: the file of each condition by subpath, and the commands. */
export interface Doors {
  exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  bin: Readonly<Record<string, string>>;
}

/** Reads the doors of package.json. */
export function readDoors(files: readonly SourceFile[]): Doors {
  const {exports = {}, bin = {}}: Partial<Doors> = JSON.parse(textOf(files, 'package.json'));
  return {exports, bin};
}

/** Lists the public subpaths with the module of src that each is built from. */
export function publicModules(files: readonly SourceFile[]): {subpath: string; path: string}[] {
  return Object.keys(readDoors(files).exports)
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => ({subpath, path: posix.join('src', subpath, 'index.ts')}));
}

/** Finds names that came or went since the list was written. */
export function checkPublicNames(
  files: readonly SourceFile[],
  list: Readonly<Record<string, readonly string[]>>,
): Verdict {
  let lookedAtCount = 0;
  const breaches: string[] = [];
  const modules = publicModules(files);
  for (const {subpath, path} of modules) {
    const names = new Set(namesOf(files, path).map(({name}) => name));
    const listed = new Set(list[subpath]);
    lookedAtCount += names.size;
    const tell = (name: string, change: string) => breaches.push(`${path}: ${name} ${change} public-names.json`);
    for (const name of names) if (!listed.has(name)) tell(name, 'is not in');
    for (const name of listed) if (!names.has(name)) tell(name, 'is gone, and still in');
  }
  for (const subpath of Object.keys(list)) {
    if (!modules.some((module) => module.subpath === subpath)) breaches.push(`package.json: ${subpath} is gone`);
  }
  return {lookedAtCount, breaches};
}

/** Finds files that package.json points to and nobody made. `exists` says whether a path is there. */
export function checkDoors(files: readonly SourceFile[], exists: (path: string) => boolean): Verdict {
  const {exports, bin} = readDoors(files);
  const targets = [...Object.values(exports), bin].flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door),
  );
  return {
    lookedAtCount: targets.length,
    breaches: targets
      .filter((path) => !exists(path))
      .map((path) => `package.json: points to ${path}, which is not there`),
  };
}
