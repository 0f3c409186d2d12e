import {createHash} from 'node:crypto';
import {cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {createInventory, type Inventory, NEVER, SCRIPTS} from '../../inventory.ts';

const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};
const json = JSON.parse(readFileSync('dist/script-inventory.json', 'utf8')) as Inventory;
const html = readFileSync('dist/script-inventory.html', 'utf8');

/** Every script of the build that a shop's page may get; the dashboard and the npm package are for other places. */
const built = globSync('**/*.js', {cwd: 'dist', exclude: (path) => /^(npm|dashboard)$/.test(path)}).sort();

/** Copies the scripts of the build into a folder that may be changed. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firstword-inventory-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const file of built) cpSync(join('dist', file), join(folder, file));
  return folder;
}

describe('the script inventory', () => {
  test('lists every script that a page may get, with its bytes and hash, and nothing else', () => {
    expect(built.length).toBeGreaterThanOrEqual(3);
    expect(json.scripts.map(({file}) => file).sort()).toEqual(built);
    for (const {file, bytes, integrity} of json.scripts) {
      const content = readFileSync(join('dist', file));
      expect(bytes, file).toBe(content.length);
      expect(integrity, file).toBe(`sha384-${createHash('sha384').update(content).digest('base64')}`);
    }
    expect(json.version).toBe(version);
  });

  test('has the hashes that each script holds the next against, beginning with the first', () => {
    const checked = ['firstword.js'];
    for (const loading of checked) {
      const code = readFileSync(join('dist', loading), 'utf8');
      const next = json.scripts.filter(({integrity}) => code.includes(integrity.replace('sha384-', '')));
      checked.push(...next.map(({file}) => file).filter((file) => !checked.includes(file)));
    }
    expect(checked.sort()).toEqual(built.filter((file) => file !== 'firstword.full.js'));
  });

  test('says of each script why it is there and what it may touch, for people too', () => {
    for (const {file, integrity, bytes, listens, ...words} of json.scripts) {
      for (const [name, text] of Object.entries(words)) expect(text, `${file}: ${name}`).toMatch(/\S/);
      expect(html).toContain(`<caption>${file}</caption>`);
      expect(html).toContain(integrity);
      expect(html).toContain(`${bytes} bytes`);
    }
    for (const line of NEVER) expect(html).toContain(line);
    expect(html).not.toMatch(/<script|undefined|null/);
  });

  test('says truly where storage is named, and that no script runs text or touches cookies', () => {
    for (const {file, storage} of json.scripts) {
      const code = readFileSync(join('dist', file), 'utf8');
      expect(/\b((local|session)Storage|BroadcastChannel|indexedDB)\b/.test(code), `${file} and storage`).toBe(
        storage !== 'nothing',
      );
      expect(/\bIndexedDB\b/.test(storage), `${file} and databases`).toBe(/\bindexedDB\b/.test(code));
      expect(/\.cookie\b|\beval\(|new Function|document\.write|outerHTML/.test(code), file).toBe(false);
    }
    const sources = globSync('src/{loader,widget,markdown}/**/*.{ts,tsx}');
    expect(sources.length).toBeGreaterThan(20);
    for (const path of sources) expect(/(inner|outer|SetInner)HTML/.test(readFileSync(path, 'utf8')), path).toBe(false);
  });

  test('is not made when a script is new to it, or one that it describes is gone', () => {
    const folder = copy();
    expect(createInventory(folder, version).scripts).toHaveLength(built.length);
    expect(Object.keys(SCRIPTS).length).toBeGreaterThan(5);
    writeFileSync(join(folder, 'firstword-spy-abcd1234.js'), '');
    expect(() => createInventory(folder, version)).toThrow(/firstword-spy-abcd1234\.js is not described/);
    rmSync(join(folder, 'firstword-spy-abcd1234.js'));
    rmSync(join(folder, 'firstword.js'));
    expect(() => createInventory(folder, version)).toThrow(/firstword\.js, which was not built/);
  });
});
