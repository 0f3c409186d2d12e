import {afterEach, beforeEach, expect, onTestFinished, test} from 'vitest';
import type {Chat} from '../../src/chat/index.ts';
import {createPainter} from '../../src/widget/create-painter.ts';
import {enAnswer} from '../../src/widget/words/en.ts';
import {until} from '../stream/endpoint.ts';

let host: HTMLElement;

beforeEach(() => {
  host = document.createElement('div');
  host.attachShadow({mode: 'open'});
  document.body.append(host);
});

afterEach(() => host.remove());

/** A painter over a chat of which a test says what streams. */
function start(...states: {id: string; text: string; state: string}[]) {
  const listeners = new Set<(id: string, text: string) => unknown>();
  // the painter asks a chat for nothing else
  const chat = {
    state: () => ({messages: states.map((answer) => ({kind: 'answer', ...answer}))}),
    onText(listener: (id: string, text: string) => unknown) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Chat;
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const root = host.shadowRoot;
  if (!root) throw new Error('no root');
  const painter = createPainter({chat, root, linkHosts: [], words: enAnswer, imagePrefixes: [], signal: life.signal});
  const draw = (id: string) => {
    const element = document.createElement('div');
    root.append(element);
    return {element, stop: painter.draw(element, {id, text: states.find((answer) => answer.id === id)?.text ?? ''})};
  };
  const say = (id: string, text: string) => [...listeners].map((listener) => listener(id, text));
  return {painter, draw, say, listeners};
}

test('the first words of an answer are drawn as they come, later ones in a frame, the rest at the end', async () => {
  const {draw, say, painter} = start({id: 'a', text: '', state: 'waiting'});
  const {element} = draw('a');
  say('a', 'It is **on');
  expect(element.querySelector('strong')?.textContent).toBe('on');
  say('b', 'of another answer');
  say('a', ' its way**.');
  expect(element.textContent).toBe('It is on');
  await until(() => element.textContent).toBe('It is on its way.');
  say('a', '\n\n- soon');
  say('a', '');
  expect(element.querySelector('li')?.textContent).toBe('soon');
  expect(painter.plainText('a')).toBe('It is on its way.\nsoon');
});

test('marks of which nothing is seen do not take the place of the first words', () => {
  const {draw, say} = start({id: 'a', text: '', state: 'waiting'});
  const {element} = draw('a');
  expect(say('a', '**')).toEqual([false]);
  expect(say('b', 'of another answer')).toEqual([true]);
  expect(say('a', 'Now')).toEqual([true]);
  expect(element.querySelector('strong')?.textContent).toBe('Now');
});

test('an answer that has ended is not listened for any more', () => {
  const {draw, say, listeners} = start({id: 'a', text: '', state: 'streaming'});
  draw('a');
  expect(listeners.size).toBe(1);
  say('a', 'Hi.');
  say('a', '');
  expect(listeners.size).toBe(0);
});

test('an answer that goes on begins with what was there', () => {
  const {draw, say} = start({id: 'a', text: 'It is *on', state: 'streaming'});
  const {element} = draw('a');
  expect(element.querySelector('em')?.textContent).toBe('on');
  say('a', ' its way*');
  say('a', '');
  expect(element.querySelector('em')?.textContent).toBe('on its way');
});

test('answers of an earlier page are drawn after the page had its turn, whole', async () => {
  const {draw} = start({id: 'a', text: '**one**', state: 'complete'}, {id: 'b', text: '# two', state: 'cut'});
  const [a, b] = [draw('a').element, draw('b').element];
  expect([a.innerHTML, b.innerHTML]).toEqual(['', '']);
  await until(() => [a.querySelector('strong')?.textContent, b.querySelector('h3')?.textContent]).toEqual([
    'one',
    'two',
  ]);
});

test('an answer that is taken away hears nothing more', () => {
  const {draw, say, listeners} = start({id: 'a', text: '', state: 'waiting'});
  const {element, stop} = draw('a');
  say('a', 'Hi');
  stop();
  say('a', ' again');
  expect(element.textContent).toBe('Hi');
  expect(listeners.size).toBe(0);
});
