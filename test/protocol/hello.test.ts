import {expect, test} from 'vitest';
import {helloUrl} from '../../src/protocol/index.ts';

test.each([
  ['https://a.example/chat', 'https://a.example/chat?fw=hello'],
  ['https://a.example/chat?key=1', 'https://a.example/chat?key=1&fw=hello'],
  ['https://a.example/chat?', 'https://a.example/chat?&fw=hello'],
  ['https://a.example/?a=1&b=2', 'https://a.example/?a=1&b=2&fw=hello'],
])('hello to %s is %s', (endpoint, url) => {
  expect(helloUrl(endpoint)).toBe(url);
  expect(new URL(url).searchParams.get('fw')).toBe('hello');
});
