import {isBuiltin} from 'node:module';
import {posix} from 'node:path';
import {
  DEMO_PACKAGES,
  type Door,
  EMPTY_NAMES,
  LATE_PACKAGES,
  LOADING_PLACES,
  NODE_PLACES,
  SIDE_DOORS,
  TABLE,
  TOP_FILES,
  VIRTUAL,
} from './import-table.ts';
import {type Module, parse, type Reference, references} from './parse.ts';
import {choose, PRODUCT_CODE, type SourceFile, SRC_CODE, textOf, type Verdict} from './source.ts';

/** Holds every import of src against the table. */
export function checkTable(files: readonly SourceFile[]): Verdict {
  let lookedAtCount = 0;
  const breaches: string[] = [];
  for (const module of choose(files, SRC_CODE).map(parse)) {
    for (const reference of references(module)) {
      lookedAtCount++;
      const cause = judge(module.path, reference);
      if (cause) breaches.push(`${module.path}: ${cause}`);
    }
  }
  return {lookedAtCount, breaches};
}

function judge(path: string, {specifier, loading}: Reference): string | undefined {
  if (specifier === '') {
    return LOADING_PLACES.includes(path) ? undefined : 'loads an address that is made at run time';
  }
  if (specifier.startsWith('virtual:')) {
    const allowed = VIRTUAL.some((each) => each.specifier === specifier && each.from.test(path));
    return allowed ? undefined : `names ${specifier}, which is not for it`;
  }
  if (isBuiltin(specifier)) {
    const allowed = NODE_PLACES.some((place) => place.path.test(path));
    return allowed ? undefined : `names ${specifier}: Node is not there where this runs`;
  }
  const from = folderOf(path);
  const door: Door | undefined = from === undefined ? TOP_FILES[path.replace(/^src\//, '')] : TABLE[from];
  if (!door) return undefined; // that its folder is not in the table is said elsewhere, once
  if (!specifier.startsWith('.')) {
    const name = packageOf(specifier);
    return door.packages?.includes(name) ? undefined : `names the package ${name}, which is not for ${from ?? 'it'}`;
  }
  const target = resolve(path, specifier);
  if (!target.startsWith('src/')) return `reaches out of src to ${target}`;
  const to = folderOf(target);
  if (to === from) return undefined;
  const isBeside = SIDE_DOORS.some(
    (side) => side.from.test(path) && side.to.test(target) && (side.loading ?? loading) === loading,
  );
  if (isBeside) return undefined;
  if (to === undefined) return `names ${target}, which stands above all folders`;
  if (!/^src\/\w+\/index\.tsx?$/.test(target)) return `enters ${to} by ${target}, not by its index`;
  if (door.folders?.includes(to)) return undefined;
  if (!door.types?.includes(to)) return `imports ${to}, which is not for ${from ?? 'it'}`;
  return loading === 'types' ? undefined : `imports more than types of ${to}`;
}

/** Finds folders that are not in the table, and those whose name says nothing. */
export function checkFolders(files: readonly SourceFile[]): Verdict {
  const folders = new Set<string>();
  const breaches = new Set<string>();
  for (const {path} of files) {
    const parts = path.split('/');
    parts.forEach((name, at) => {
      if (at === parts.length - 1) return;
      const folder = parts.slice(0, at + 1).join('/');
      folders.add(folder);
      if (EMPTY_NAMES.includes(name)) breaches.add(`${folder}: a folder is named for what is in it`);
    });
    if (parts[0] !== 'src') continue;
    const [, name = ''] = parts;
    if (parts.length === 2 && !(name in TOP_FILES)) breaches.add(`${path}: belongs into a folder`);
    if (parts.length > 2 && !(name in TABLE)) breaches.add(`src/${name}: is no folder of the table`);
  }
  return {lookedAtCount: folders.size, breaches: [...breaches]};
}

/** Finds an index that holds more than re-exports, and folders without one. */
export function checkDoors(files: readonly SourceFile[]): Verdict {
  const source = choose(files, SRC_CODE);
  const doors = choose(source, /\/index\.tsx?$/);
  const breaches: string[] = [];
  for (const module of doors.map(parse)) {
    const more = module.program.body.find(
      (each) => each.type !== 'ExportAllDeclaration' && !(each.type === 'ExportNamedDeclaration' && each.source),
    );
    if (more) breaches.push(`${module.path}: holds more than re-exports (${more.type})`);
  }
  const folders = new Set(source.map(({path}) => folderOf(path)));
  for (const folder of folders) {
    if (folder && !doors.some(({path}) => folderOf(path) === folder)) breaches.push(`src/${folder}: has no index`);
  }
  return {lookedAtCount: doors.length, breaches};
}

/** Finds circles of imports between the modules of src, types included; each is told once. */
export function checkCycles(files: readonly SourceFile[]): Verdict {
  const modules = choose(files, SRC_CODE).map(parse);
  const targets = new Map(modules.map((module) => [module.path, targetsOf(module).map(({target}) => target)]));
  const breaches: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: string[]) => {
    const at = way.indexOf(path);
    if (at >= 0) breaches.push([...way.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const {path} of modules) visit(path, []);
  const arrows = [...targets.values()].flat().filter((target) => targets.has(target));
  return {lookedAtCount: arrows.length, breaches};
}

/** Finds late packages in modules that others import statically: they would not be late. */
export function checkLatePackages(files: readonly SourceFile[]): Verdict {
  const modules = choose(files, SRC_CODE).map(parse);
  const breaches: string[] = [];
  for (const {path} of modules.filter(namesLatePackage)) {
    for (const other of modules) {
      if (targetsOf(other).some(({target, loading}) => target === path && loading === 'static')) {
        breaches.push(`${other.path}: imports ${path} at once, and with it a package that is to be loaded late`);
      }
    }
  }
  return {lookedAtCount: modules.length, breaches};
}

/** Finds imports of demo that are neither its own nor what the package offers to everybody. */
export function checkDemo(files: readonly SourceFile[]): Verdict {
  const {exports = {}, name}: {exports?: object; name: string} = JSON.parse(textOf(files, 'package.json'));
  const offered = Object.keys(exports).map((subpath) => posix.join(name, subpath));
  let lookedAtCount = 0;
  const breaches: string[] = [];
  for (const module of choose(files, PRODUCT_CODE)
    .filter(({path}) => path.startsWith('demo/'))
    .map(parse)) {
    for (const {specifier} of references(module)) {
      lookedAtCount++;
      const own = specifier.startsWith('.') && resolve(module.path, specifier).startsWith('demo/');
      const allowed =
        own || isBuiltin(specifier) || offered.includes(specifier) || DEMO_PACKAGES.includes(packageOf(specifier));
      if (!allowed) breaches.push(`${module.path}: names ${specifier}, which a user of the package could not`);
    }
  }
  return {lookedAtCount, breaches};
}

function namesLatePackage(module: Module): boolean {
  return references(module).some(
    ({specifier, loading}) => loading === 'static' && LATE_PACKAGES.includes(packageOf(specifier)),
  );
}

function targetsOf(module: Module): {target: string; loading: Reference['loading']}[] {
  return references(module)
    .filter(({specifier}) => specifier.startsWith('.'))
    .map(({specifier, loading}) => ({target: resolve(module.path, specifier), loading}));
}

const resolve = (path: string, specifier: string) => posix.join(posix.dirname(path), specifier.replace(/\?\w+$/, ''));

const packageOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

const folderOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
