import {readFileSync} from 'node:fs';
import {describe, expect, test, vi} from 'vitest';
import {
  CHAT_BUDGET,
  DEFAULT_BUDGET,
  DEFAULT_SHARE,
  HONEST_COUNT,
  readTime,
  STAGE_SHARES,
} from '../../src/latency/index.ts';
import {createTable, EARLY, MAX_CONTEXT_BYTES} from '../../src/options/index.ts';
import {BEACON_MAX_BYTES, BEACON_MAX_TURNS} from '../../src/protocol/index.ts';
import {type Budgets, checkBudgets, checkEarly, checkOptions, type OptionsTable} from './check-options.ts';
import {checkApi, checkEvents, checkParts, checkServerOptions, checkWireParts, differ} from './check-page.ts';
import {expectBreaches, expectKept, plant} from './planted.ts';
import {readHonestCounts, readMilestones} from './read-spec.ts';
import {checkType, type Schema} from './schema-types.ts';
import {readProject, textOf} from './source.ts';

vi.setConfig({testTimeout: 60_000}); // the first test of a file parses every program

const project = readProject();
const spec = (name: string) => readFileSync(`test/rules/spec/${name}`, 'utf8');
const embed = spec('embed.md');
const schema: Schema = JSON.parse(spec('beacon.schema.json'));

describe('the options', () => {
  const table: OptionsTable = createTable(EARLY);

  test('are those of the document, with its words, defaults and other names', () => {
    expectKept(checkOptions(embed, table), {atLeast: 51});
  });

  test.each([
    ['an attribute more', '| `data-site` `data-route` |', '| `data-site` `data-route` `data-shop` |', 'data-shop'],
    ['an attribute less', '| `data-gpc` |', '| gpc |', 'data-gpc'],
    ['another default', '`off` | under Global', '`first-party` | under Global', 'data-gpc'],
    ['another number', '0..1 | 1 |', '0..1 | 0.5 |', 'data-rum-sample'],
    ['a default where there was none', 'list | none | starter', 'list | `hello` | starter', 'data-suggestions'],
    ['no default where there was one', 'or `auto` | `auto` |', 'or `auto` | none |', 'data-language'],
    ['another list', '`faq\\|contact`', '`contact\\|faq`', 'data-fallback'],
    ['a word more', '`idle intent eager`', '`idle intent eager never`', 'data-load'],
    ['a word more in a list', '`ga4 gtm', '`ga4 ga5 gtm', 'data-analytics'],
    ['words where anything goes', '| `data-model` | text |', '| `data-model` | `small large` |', 'data-model'],
    ['another alias', '`data-lang` (language)', '`data-locale` (language)', 'data-locale', 'data-lang'],
  ])('are found when the document has %s', (_, before, after, ...names) => {
    expect(embed).toContain(before);
    expectBreaches(checkOptions(embed.replace(before, after), table), ...names.map((name) => [name]));
  });

  test('that the loader reads itself are those that the document names', () => {
    expectKept(checkEarly(embed, EARLY), {atLeast: 14});
    expectBreaches(
      checkEarly(embed.replace('avoid, theme', 'avoid, scheme'), EARLY),
      ['data-scheme', 'not read'],
      ['data-theme', 'is read'],
    );
  });
});

describe('the budgets', () => {
  const times = (text: string) =>
    Object.fromEntries(text.split(' ').map((part) => [part.split('=')[0], readTime(part.split('=')[1] ?? '') ?? 0]));
  const budgets: Budgets = {
    standard: times(DEFAULT_BUDGET),
    chat: times(CHAT_BUDGET),
    stageShares: STAGE_SHARES,
    share: DEFAULT_SHARE,
  };

  test('are those of the document', () => {
    expectKept(checkBudgets(embed, {budgets, readTime}), {atLeast: 17});
  });

  test.each([
    ['complete=8s', 'complete=9s', 'standard complete'],
    ['overhead=300ms`', 'overhead=300ms other=1s`', 'standard other'],
    ['retrieval 150 ms', 'retrieval 160 ms', 'chat retrieval'],
    ['tools 4/15', 'tools 1/3', 'stageShares tools'],
    ['all at p95', 'all at p99', '0.99'],
  ])('are found when the document says other than %s', (before, after, cause) => {
    expect(embed).toContain(before);
    expectBreaches(checkBudgets(embed.replace(before, after), {budgets, readTime}), ['budget', cause]);
  });
});

describe('what the page sees', () => {
  test('of the API is what the document lists', () => {
    expectKept(checkApi(project, embed), {atLeast: 13});
    expectBreaches(
      checkApi(project, embed.replace('forget() on(', 'erase() on(').replaceAll('Firstword.init', 'Firstword.begin')),
      ['FirstwordApi', 'erase is documented'],
      ['FirstwordApi', 'forget is not'],
    );
    expectBreaches(
      checkApi(
        plant({
          'src/chat/api.ts': textOf(project, 'src/chat/api.ts'),
          'src/loader/script.ts': 'interface Global {version?: string}',
        }),
        embed,
      ),
      ['src/loader/script.ts', 'init'],
    );
  });

  test('of events is documented', () => {
    expectKept(checkEvents(project, embed), {atLeast: 9});
  });

  test('of events is found when it is not', () => {
    const planted = plant({
      'src/chat/state.ts': `export type ChatEvent = {kind: 'send'} | {kind: 'typed'; text: string} | {kind: 'trouble'};`,
      'src/widget/a.tsx': `dispatch('ready', {});\ndispatch('hover', {});`,
      'src/loader/a.ts': `addEventListener('firstword:open', work);\nnew CustomEvent('firstword:loaded');`,
    });
    expectBreaches(
      checkEvents(planted, embed),
      ['src/chat/state.ts', 'firstword:typed'],
      ['src/widget/a.tsx:2', 'firstword:hover'],
      ['src/loader/a.ts:2', 'firstword:loaded'],
    );
  });

  test('of parts and custom properties is documented', () => {
    expectKept(checkParts(project, embed), {atLeast: 25});
  });

  test('of parts and custom properties is found when it is not', () => {
    const planted = plant({
      'src/latency/record.ts': `export type Source = 'model' | 'cache' | 'faq';`,
      'src/chat/state.ts': `export type AnswerState = 'waiting' | 'streaming' | 'complete' | 'stopped' | 'cut' | 'failed' | 'lost';`,
      'src/widget/a.tsx': `const a = <p part="message avatar"><i part={part} /><b part={\`a \${part}\`} /></p>;`,
      'src/widget/a.css': '[part~=bubble] { color: var(--firstword-ink, var(--firstword-text)); }',
      'src/loader/a.ts': `launcher.part.add('launcher', 'badge');\nconst style = \`[part=launcher]{--firstword-glow:1}\`;`,
    });
    expectBreaches(
      checkParts(planted, embed),
      ['src/widget/a.tsx:1', 'avatar'],
      ['src/widget/a.tsx:1', '(made'],
      ['src/widget/a.tsx:1', 'at'],
      ['src/widget/a.tsx:1', 'run'],
      ['src/widget/a.tsx:1', 'time)'],
      ['src/loader/a.ts:1', 'badge'],
      ['src/loader/a.ts:2', '--firstword-glow'],
      ['src/widget/a.css', 'bubble'],
      ['src/widget/a.css', '--firstword-ink'],
      ['Source', 'fallback is documented'],
      ['AnswerState', 'lost is not'],
    );
  });
});

describe('what crosses the network', () => {
  test('has only documented parts', () => {
    expectKept(checkWireParts(project, spec('wire.md')), {atLeast: 4});
    const planted = plant({
      'src/server/a.ts': `write({type: 'data-fw-stage'});\nwrite({type: 'data-fw-mood'}); // data-fw-nothing`,
    });
    expectBreaches(checkWireParts(planted, spec('wire.md')), ['src/server/a.ts:2', 'data-fw-mood']);
  });

  test('is made by documented options of the server kit', () => {
    expectKept(checkServerOptions(project, spec('server.md')), {atLeast: 8});
    const planted = plant({'src/server/options.ts': 'export interface AnswerOptions {model: 1; mood: 2; clock: 3}'});
    expectBreaches(checkServerOptions(planted, spec('server.md')), ['AnswerOptions', 'mood']);
  });

  test('is no more than the document allows', () => {
    expect(spec('turn.md')).toContain('a batch under 16 KiB and 20 turns');
    expect([BEACON_MAX_BYTES, BEACON_MAX_TURNS]).toEqual([16 * 1024, 20]);
    expect(spec('wire.md')).toContain('the JSON of `data-context`, at most 2 KiB');
    expect(MAX_CONTEXT_BYTES).toBe(2 * 1024);
  });
});

describe('the beacon', () => {
  const batch = {path: 'src/protocol/beacon.ts', name: 'BeaconBatch'};

  test('has the schema that was agreed on, byte by byte', () => {
    expect(
      readFileSync('src/protocol/beacon.schema.json').equals(readFileSync('test/rules/spec/beacon.schema.json')),
    ).toBe(true);
  });

  test('has types that say the same as the schema', () => {
    expectKept(checkType(project, {schema, type: batch}), {atLeast: 90});
  });

  test('is found when its types say something else', () => {
    const planted = plant({
      'src/latency/index.ts': `export * from './record.ts';`,
      'src/latency/record.ts': [
        `export type Mark = 'sent' | 'done';`,
        `export interface Turn {id: number; t: Partial<Record<Mark, number>>; how: 'good' | 'great'; any?: string}`,
      ].join('\n'),
      'src/protocol/beacon.ts': [
        `import type {Turn} from '../latency/index.ts';`,
        'export const V = 2;',
        'export interface Batch {v: typeof V; turns: Turn[]; pair?: [number]; arms: Record<string, string>; more: 1}',
      ].join('\n'),
    });
    const small: Schema = {
      required: ['v', 'turns'],
      properties: {
        v: {const: 1},
        turns: {items: {$ref: '#/$defs/turn'}},
        pair: {prefixItems: [{type: 'number'}, {type: 'number'}]},
        arms: {additionalProperties: {type: 'string'}},
        site: {type: 'string'},
      },
      $defs: {
        turn: {
          required: ['id', 't', 'how'],
          properties: {
            id: {type: 'string'},
            t: {properties: {sent: {type: 'number'}, paint: {type: 'number'}}},
            how: {enum: ['good', 'bad']},
            any: {enum: ['a']},
          },
        },
      },
    };
    expectBreaches(
      checkType(planted, {schema: small, type: {path: 'src/protocol/beacon.ts', name: 'Batch'}}),
      ['Batch.site', 'missing'],
      ['Batch.v', 'is 2, the schema says 1'],
      ['turns[].id', 'TSNumberKeyword'],
      ['turns[].t.paint', 'missing'],
      ['turns[].t.done', 'not in the schema'],
      ['turns[].how', 'lacks', 'bad'],
      ['turns[].how', 'has', 'great'],
      ['turns[].any', 'takes any value'],
      ['Batch.pair', 'tuple of 2'],
      ['Batch.arms', 'is optional'],
      ['Batch.more', 'not in the schema'],
    );
  });

  test('has the milestones of the document', () => {
    const documented = readMilestones(spec('turn.md'));
    const marks = Object.keys(schema.$defs?.['turn']?.properties?.['t']?.properties ?? {});
    expect(documented).toHaveLength(9);
    expect(differ({found: marks, documented, where: 'marks'})).toEqual([]);
  });
});

describe('honest counts', () => {
  test('are those of the document', () => {
    const documented = readHonestCounts(spec('metrics.md'));
    expect(documented.map(({shown, firm}) => [shown, firm])).toEqual([
      [6, 20],
      [36, 100],
      [72, 200],
      [368, 1000],
      [3688, 10000],
    ]);
    expect([...HONEST_COUNT].map(([share, counts]) => ({share, ...counts}))).toEqual(documented);
  });
});
