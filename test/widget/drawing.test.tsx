/** @jsxImportSource ../../src/widget */
import {expect, test, vi} from 'vitest';
import {createDrawing} from '../../src/widget/drawing.ts';
import type {View} from '../../src/widget/jsx-runtime.ts';

function start() {
  const host = document.createElement('div');
  return {host, ...createDrawing(host)};
}

const items = (...keys: readonly string[]): View =>
  keys.map((key) => (
    <li key={key} data-key={key}>
      {key}
    </li>
  ));

test('what the markup says stands there, and nothing for what is absent or false', () => {
  const {host, draw} = start();
  draw([
    <button type="button" hidden={true} title={undefined} aria-pressed={false} aria-expanded={undefined} tabIndex={0}>
      {'one '}
      <b>two</b>
      {null}
      {false}
      {''}
      {[' three', [' four']]}
    </button>,
  ]);
  expect(host.innerHTML).toBe(
    '<button type="button" hidden="" aria-pressed="false" tabindex="0">one <b>two</b> three four</button>',
  );
});

test('attributes that change are written, those that go are removed, and the element stays', () => {
  const {host, draw} = start();
  draw(<button type="button" class="a" title="t" aria-pressed={true} />);
  const {firstChild} = host;
  draw(<button type="button" class="b" dir="auto" aria-pressed={false} />);
  expect(host.firstChild).toBe(firstChild);
  expect(host.innerHTML).toBe('<button type="button" class="b" aria-pressed="false" dir="auto"></button>');
});

test('what has a key keeps its node wherever it goes', () => {
  const {host, draw} = start();
  const order = () => [...host.children].map((child) => child.getAttribute('data-key')).join('');
  draw(items('a', 'b', 'c', 'd'));
  const nodes = new Map([...host.children].map((child) => [child.getAttribute('data-key'), child]));
  for (const wanted of ['dcba', 'bd', 'abcd', 'cab', '', 'badc']) {
    const before = new Map([...host.children].map((child) => [child.getAttribute('data-key'), child]));
    draw(items(...wanted));
    expect(order()).toBe(wanted);
    for (const child of host.children) {
      const known = before.get(child.getAttribute('data-key'));
      if (known) expect(child).toBe(known);
    }
  }
  expect(nodes.get('a')?.isConnected).toBe(false);
});

test('any order is reached from any other', () => {
  const {host, draw} = start();
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 300; round++) {
    const keys = [...'abcdefgh'].filter(() => random() < 0.6).sort(() => random() - 0.5);
    draw(items(...keys));
    expect(host.textContent).toBe(keys.join(''));
  }
});

test('nodes that others put among its own stay, also where something is drawn beside them', () => {
  const {host, draw} = start();
  draw([<b key="b" />, <i key="i" />]);
  const foreign = document.createElement('u');
  host.prepend(foreign);
  host.querySelector('b')?.after('mine');
  draw([<s key="s" />, <b key="b" />, <i key="i" />]);
  expect(foreign.parentNode).toBe(host);
  expect(host.querySelectorAll('*')).toHaveLength(4);
  expect(host.textContent).toBe('mine');
  draw([<i key="i" />]);
  expect(foreign.parentNode).toBe(host);
  expect(host.textContent).toBe('mine');
});

test('text changes in its node', () => {
  const {host, draw} = start();
  draw(<p>one</p>);
  const text = host.firstChild?.firstChild;
  draw(<p>two</p>);
  expect(host.firstChild?.firstChild).toBe(text);
  expect(text?.textContent).toBe('two');
});

test('listeners are those of the last drawing', () => {
  const {host, draw} = start();
  const [first, second] = [vi.fn(), vi.fn()];
  const press = () => host.querySelector('button')?.click();
  draw(<button type="button" onClick={first} />);
  press();
  draw(<button type="button" onClick={second} />);
  press();
  draw(<button type="button" />);
  press();
  expect(first).toHaveBeenCalledTimes(1);
  expect(second).toHaveBeenCalledTimes(1);
});

test('an element is handed over once when it stands, and its end is told once when it goes, however deep it was', () => {
  const {host, draw, clear} = start();
  const ended = vi.fn();
  const ref = vi.fn((_: Element) => ended);
  const view = () => (
    <div>
      <p>
        <b ref={ref} />
      </p>
    </div>
  );
  draw(view());
  draw(view());
  expect(ref).toHaveBeenCalledTimes(1);
  expect(ref).toHaveBeenCalledWith(host.querySelector('b'));
  expect(ended).not.toHaveBeenCalled();
  clear();
  expect(ended).toHaveBeenCalledTimes(1);
  expect(host.childNodes).toHaveLength(0);
  clear();
  expect(ended).toHaveBeenCalledTimes(1);
});

test('a view that is the same object as before is not looked into', () => {
  const {host, draw} = start();
  const view = <p>kept</p>;
  draw([view, 'a']);
  const text = host.querySelector('p')?.firstChild;
  if (text) text.textContent = 'changed from outside';
  draw([view, 'b']);
  expect(host.textContent).toBe('changed from outsideb');
});

test('icons are drawn as SVG', () => {
  const {host, draw} = start();
  draw(
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M0 0" />
    </svg>,
  );
  expect(host.querySelector('path')).toBeInstanceOf(SVGPathElement);
  expect(host.querySelector('svg')?.getAttribute('viewBox')).toBe('0 0 24 24');
});

test('what a page added to all objects becomes no attribute, child or function of ours', () => {
  const {host, draw, clear} = start();
  const page = Object.prototype as unknown as Record<string, unknown>;
  page['onclick'] = 'alert(1)';
  page['ref'] = page['children'] = () => 'polluted';
  page['href'] = 'javascript:alert(1)';
  try {
    draw([<b title="t">x</b>, <i />]);
    clear();
    draw(<b title="t">x</b>);
  } finally {
    delete page['onclick'];
    delete page['href'];
    delete page['ref'];
    delete page['children'];
  }
  expect(host.innerHTML).toBe('<b title="t">x</b>');
});

test('what stands still keeps its nodes, is let go of once, and moves again as if it had been known all along', () => {
  const {host, draw} = start();
  const gone = vi.fn();
  const ref = vi.fn(() => gone);
  const made = ({mood}: {mood: string}): View => (
    <li key="a" class={mood}>
      <p>
        {'one '}
        <b ref={ref}>two</b>
      </p>
      <button type="button" onClick={() => undefined} />
    </li>
  );
  const still = {type: 'li', key: 'a', props: {mood: 'calm'}, still: made};
  draw(made({mood: 'calm'}));
  const nodes = [...host.querySelectorAll('*')];
  host.querySelector('b')?.append(' and more that others wrote');
  const html = host.innerHTML;

  draw(still);
  draw(still);
  expect(host.innerHTML).toBe(html);
  expect(gone).toHaveBeenCalledTimes(1);

  draw([made({mood: 'gay'}), <li key="b">next</li>]);
  expect([...host.querySelectorAll('li:first-child, li:first-child *')]).toEqual(nodes);
  expect(host.firstElementChild?.outerHTML).toBe(html.replace('calm', 'gay'));
  draw(still);
  draw(
    <li key="a">
      <p>one</p>
    </li>,
  );
  expect(host.innerHTML).toBe('<li><p>one</p></li>');
  expect(host.querySelector('p')).toBe(nodes[1]);
  draw(null);
  draw(still);
  expect(host.innerHTML).toBe('<li class="calm"><p>one <b>two</b></p><button type="button"></button></li>');
  expect(ref).toHaveBeenCalledTimes(2);
});
