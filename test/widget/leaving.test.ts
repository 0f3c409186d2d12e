import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createLeaving} from '../../src/widget/leaving.ts';
import {enAnswer as words} from '../../src/widget/words/en.ts';

let host: HTMLElement;
let root: ShadowRoot;

beforeEach(() => {
  host = document.createElement('div');
  root = host.attachShadow({mode: 'open'});
  const answer = document.createElement('div');
  answer.className = 'text';
  for (const href of ['https://blog.example/a', 'https://blog.example/b', `${location.origin}/help`]) {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = href;
    answer.append(link);
  }
  root.append(answer);
  document.body.append(host);
  const foreignHost = (href: string) => (href.includes('blog.example') ? 'blog.example' : undefined);
  root.addEventListener('click', createLeaving({words, foreignHost}));
  // nothing really leaves this page
  host.addEventListener('click', (event) => followed(event));
});

afterEach(() => {
  host.remove();
  opened.mockClear();
});

const opened = vi.fn<(href: string) => void>();

function followed(event: Event): void {
  const [target] = event.composedPath();
  if (target instanceof HTMLAnchorElement && !event.defaultPrevented) opened(target.href);
  event.preventDefault();
}

const links = () => [...root.querySelectorAll('a')];
const box = () => root.querySelector('.leave');
const button = (label: string) =>
  [...root.querySelectorAll<HTMLButtonElement>('.leave button')].find(({textContent}) => textContent === label);

test('a link that leaves the site asks first, names the host, and moves the focus to the question', () => {
  links()[0]?.click();
  expect(opened).not.toHaveBeenCalled();
  expect(box()?.textContent).toContain('blog.example');
  expect(root.activeElement).toBe(button(words.follow));
});

test('a host that was allowed is not asked about again', () => {
  links()[0]?.click();
  button(words.follow)?.click();
  expect(opened.mock.calls).toEqual([['https://blog.example/a']]);
  expect(box()).toBeNull();
  links()[1]?.click();
  expect(opened).toHaveBeenCalledTimes(2);
});

test.each(['its button', 'Escape'])('whoever stays by %s is where they were, and is asked again', (way) => {
  const link = links()[0];
  link?.click();
  if (way === 'Escape') box()?.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}));
  else button(words.stay)?.click();
  expect(box()).toBeNull();
  expect(root.activeElement).toBe(link);
  link?.click();
  expect(box()).not.toBeNull();
  expect(opened).not.toHaveBeenCalled();
});

test('there is one question at a time', () => {
  links()[0]?.click();
  links()[1]?.click();
  expect(root.querySelectorAll('.leave')).toHaveLength(1);
});

test('a link of the site itself is followed at once', () => {
  links()[2]?.click();
  expect(opened).toHaveBeenCalledOnce();
  expect(box()).toBeNull();
});
