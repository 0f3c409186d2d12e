import {afterEach, expect, test, vi} from 'vitest';
import {describePage, routeTemplate} from '../../src/rum/index.ts';

const ROUTE = /^\/[A-Za-z0-9/_:.~-]*$/;

afterEach(() => {
  vi.restoreAllMocks();
  for (const name of ['connection', 'deviceMemory']) Reflect.deleteProperty(navigator, name);
});

test.each([
  ['/', '/'],
  ['/checkout', '/checkout'],
  ['/de-AT/checkout/payment.html', '/de-AT/checkout/payment.html'],
  ['/cart/', '/cart/'],
  ['/orders/1234', '/orders/:id'],
  ['/orders/7', '/orders/:id'],
  ['/orders/A-2026-0012/items/3', '/orders/:id/items/:id'],
  ['/u/550e8400-e29b-41d4-a716-446655440000', '/u/:id'],
  ['/t/eyJhbGciOiJIUzI1NiJ9', '/t/:id'],
  ['/size-42', '/size-42'],
  ['/v2/pricing', '/v2/pricing'],
  ['/users/jane@shop.example', '/users/:id'],
  ['/search/red%20shoes', '/search/:id'],
  ['/größe', '/:id'],
  ['/cart;jsessionid=ABCDEF', '/:id'],
  [`/${'a'.repeat(41)}`, '/:id'],
  ['/~jane/_/x:y', '/~jane/_/x:y'],
  ['', '/'],
  ['srcdoc', '/srcdoc'],
])('%s is the route %s', (path, route) => {
  expect(routeTemplate(path)).toBe(route);
});

test('a route is cut at 64 characters and stays one', () => {
  const route = routeTemplate('/long/segment'.repeat(20));
  expect(route).toHaveLength(64);
  expect(route).toMatch(ROUTE);
});

test('the page is told in closed words', () => {
  const page = describePage({id: 'ab'.repeat(8), route: undefined});
  expect(Object.keys(page).sort()).toEqual(expect.arrayContaining(['device', 'id', 'net', 'route']));
  expect(page.id).toBe('ab'.repeat(8));
  expect(page.route).toMatch(ROUTE);
  expect(JSON.stringify(page)).not.toContain(location.host);
});

test('a declared route is taken as it is', () => {
  expect(describePage({id: 'ab'.repeat(8), route: '/product/:sku'}).route).toBe('/product/:sku');
});

test.each([
  [
    {connection: {effectiveType: '3g', rtt: 163, saveData: true}, deviceMemory: 16},
    {net: '3g', rtt: 175, save_data: true, mem: 8},
  ],
  [
    {connection: {effectiveType: '5g', rtt: 99_999}, deviceMemory: 3},
    {net: 'unknown', rtt: 3000, mem: 2},
  ],
  [
    {connection: {}, deviceMemory: 0.1},
    {net: 'unknown', mem: 0.25},
  ],
])('%j is rounded until it tells nobody apart', (facts, told) => {
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(navigator, name, {value, configurable: true});
  }
  expect(describePage({id: 'ab'.repeat(8), route: '/'})).toMatchObject(told);
});

test('a browser that tells nothing of its network is asked no further', () => {
  Object.defineProperty(navigator, 'connection', {value: undefined, configurable: true});
  Object.defineProperty(navigator, 'deviceMemory', {value: undefined, configurable: true});
  const page = describePage({id: 'ab'.repeat(8), route: '/'});
  expect(page.net).toBe('unknown');
  expect(page).not.toHaveProperty('rtt');
  expect(page).not.toHaveProperty('mem');
});
