import {expect, test} from 'vitest';
import {ownerLine} from '../../src/widget/owner-lines.ts';

const ENDPOINT = 'https://shop.example/chat';

test('a refusal of the form names the protocols that its words speak for', () => {
  const line = ownerLine({kind: 'trouble', problem: 'refused', status: 422, fits: ['ag-ui', 'langgraph']}, ENDPOINT);
  expect(line).toContain('refused the question with 422');
  expect(line).toContain('data-protocol="ag-ui" or data-protocol="langgraph"');
});

test('a refusal that speaks for none names the attribute', () => {
  expect(ownerLine({kind: 'trouble', problem: 'refused', status: 400}, ENDPOINT)).toMatch(/data-protocol says what/);
});

test.each([
  'offline',
  'network',
  'not-found',
  'busy',
  'server',
  'not-a-stream',
  'empty',
  'unreadable',
  'too-large',
  'cut',
] as const)('%s is one line that names the endpoint', (problem) => {
  const line = ownerLine({kind: 'trouble', problem, value: 'x', status: 500}, ENDPOINT);
  expect(line.startsWith(ENDPOINT)).toBe(true);
  expect(line).not.toContain('\n');
});
