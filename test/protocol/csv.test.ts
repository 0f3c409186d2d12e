import {expect, it} from 'vitest';
import {csvLine} from '../../src/protocol/index.ts';

it('writes a line as RFC 4180 has it', () => {
  expect(csvLine(['a', 1.5, true, undefined, ''])).toBe('a,1.5,true,,\r\n');
  expect(csvLine(['a,b', 'say "no"', 'two\nlines'])).toBe('"a,b","say ""no""","two\nlines"\r\n');
});

it.each(['=1+1', '+1', '-1', '@sum', '\t=1', '\r=1'])('leaves no formula in %j', (text) => {
  const [, written = ''] = /^"?(.*?)"?\r\n$/s.exec(csvLine([text])) ?? [];
  expect(written).toBe(`'${text}`);
});

it('leaves numbers as they are, also those below nothing', () => {
  expect(csvLine([-12.5, 0])).toBe('-12.5,0\r\n');
});
