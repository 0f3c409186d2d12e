import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {readBudgetFile} from '../../src/cli/budget-file.ts';
import type {BudgetFile} from '../../src/server/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firstword-budget-'));
const path = join(folder, 'budget.json');

afterAll(() => rmSync(folder, {recursive: true}));

function read(content: string): BudgetFile | undefined {
  writeFileSync(path, content);
  return readBudgetFile(path);
}

test('a budget file is read as it is written', () => {
  const file = {
    'first-token': '3s@p95',
    complete: '5s@p80,8s@p99',
    stages: {retrieval: '400ms', model: 1500},
    critical: [['retrieval', 'tools'], 'model'],
  };
  expect(read(JSON.stringify(file))).toEqual(file);
});

test('stages that run in parallel count as the longest of them', () => {
  const file = {'first-token': '2s', stages: {retrieval: '1s', tools: '800ms', model: '1s'}};
  const critical = [['retrieval', 'tools'], 'model'];
  expect(read(JSON.stringify({...file, critical}))).toEqual({...file, critical});
  expect(() => read(JSON.stringify(file))).toThrow('= 2800 ms on the critical path');
});

test('a file without a time declares nothing', () => {
  expect(read('{}')).toBeUndefined();
});

test.each([
  ['{"first-token": ', 'it is not JSON ('],
  ['[]', 'it holds no JSON object'],
  ['{"firstToken": "1s"}', '"firstToken" is not known; it may hold first-token, complete, stages, critical'],
  ['{"stages": ["model"]}', '"stages" holds no JSON object'],
  ['{"stages": {"model": {}}}', '"model" is no time such as "400ms" or "3s@p95"'],
  ['{"complete": "soon"}', '"complete=soon" has no such time'],
  ['{"complete": "4 s"}', '"complete" is no time such as "400ms" or "3s@p95"'],
  ['{"complete": "4s", "critical": "model"}', '"critical" is no list of stage names and of lists of stage names'],
  ['{"critical": ["rerank"]}', '"critical" names "rerank", which is no declared stage'],
  ['{"complete": "1s"}', 'complete is shorter than first-token'],
])('%s is refused with one line that names the file and the problem', (content, reason) => {
  expect(() => read(content)).toThrow(`${path}: ${reason}`);
});

test('only a file that was named must be there', () => {
  expect(readBudgetFile()).toBeUndefined();
  expect(() => readBudgetFile(join(folder, 'none.json'))).toThrow('there is no such file');
  expect(() => readBudgetFile(folder)).toThrow('it cannot be read');
});
