import {describe, expect, test} from 'vitest';
import {createPolicy} from '../../src/markdown/index.ts';

const shop = createPolicy({baseUrl: 'https://shop.example/checkout/', linkHosts: ['help.example', '.docs.example']});

describe('a link', () => {
  test.each([
    ['https://other.example/a b', 'https://other.example/a%20b'],
    ['/returns?order=12', 'https://shop.example/returns?order=12'],
    ['#top', 'https://shop.example/checkout/#top'],
    ['//help.example', 'https://help.example/'],
    ['HTTPS://Help.Example/%7Euser', 'https://help.example/%7Euser'],
    ['http://help.example/', 'http://help.example/'],
    ['mailto:shop@shop.example', 'mailto:shop@shop.example'],
    ['tel:+431234', 'tel:+431234'],
    ['https://пример.example/', 'https://xn--e1afmkfd.example/'],
  ])('to %s leads to %s', (address, href) => {
    expect(shop.link(address)).toBe(href);
  });

  test.each([
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    'blob:https://shop.example/1',
    'file:///etc/passwd',
    'ftp://help.example/',
    'intent://x',
    'view-source:https://shop.example/',
    'http://other.example/',
    'http://shop.example/',
    'https://shop.example@other.example/',
    'https://:word@other.example/',
    'https://',
    'https://other.example:port/',
  ])('to %j leads nowhere', (address) => {
    expect(shop.link(address)).toBeNull();
  });

  test('may be plain where the page is', () => {
    const plain = createPolicy({baseUrl: 'http://127.0.0.1:3000/'});
    expect(plain.link('http://other.example/')).toBe('http://other.example/');
    expect(plain.link('/a')).toBe('http://127.0.0.1:3000/a');
  });

  test.each([
    ['a long query', `https://other.example/?q=${'word+'.repeat(41)}`],
    ['a long fragment', `https://other.example/#${'word.'.repeat(41)}`],
    ['a token in its query', 'https://other.example/?t=dGhlIGNhcmQgaXMgNDEx'],
    ['a card number', 'https://other.example/?n=4111111111111111'],
    [
      'a token that is encoded',
      `https://other.example/?t=${[...'0123456789abcdef'].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}`,
    ],
    ['a token in its path', 'https://other.example/p/9f86d081884c7d659a2feaa0'],
  ])('to a foreign host leads nowhere with %s', (_, address) => {
    expect(shop.link(address)).toBeNull();
    expect(shop.link(address.replace('other.example', 'help.example'))).not.toBeNull();
    expect(shop.link(address.replace('other.example', 'shop.example'))).not.toBeNull();
  });

  test.each([
    'https://other.example/running-shoes-2024-edition-blue',
    'https://other.example/?q=hello%20world%20internationalisation',
    'https://other.example/?page=12&from=2024-01-01',
  ])('to a foreign host may say %s', (address) => {
    expect(shop.link(address)).toBe(address);
  });
});

describe('the host of a link', () => {
  test("is named when it is neither the page's nor listed", () => {
    expect(shop.foreignHost?.('https://other.example/a')).toBe('other.example');
    expect(shop.foreignHost?.('https://xn--e1afmkfd.example/')).toBe('xn--e1afmkfd.example');
    expect(shop.foreignHost?.('https://shop.example.other.example/')).toBe('shop.example.other.example');
    expect(shop.foreignHost?.('https://shop.example:8443/')).toBe('shop.example:8443');
    expect(shop.foreignHost?.('https://docs.example/')).toBe('docs.example');
  });

  test('is not named otherwise', () => {
    for (const href of [
      'https://shop.example/',
      'https://help.example/',
      'https://a.b.docs.example/',
      'mailto:a@b.c',
    ]) {
      expect(shop.foreignHost?.(href)).toBeUndefined();
    }
  });
});

describe('an image', () => {
  const policy = createPolicy({
    baseUrl: 'https://shop.example/',
    imagePrefixes: [
      'https://cdn.example/shop/',
      'https://cdn.example/one',
      '/media/',
      'http://plain.example/',
      'https://',
    ],
  });

  test.each([
    ['https://cdn.example/shop/a.png', 'https://cdn.example/shop/a.png'],
    ['https://cdn.example/shop/x/../a.png?w=2', 'https://cdn.example/shop/a.png?w=2'],
    ['https://cdn.example/one/a.png', 'https://cdn.example/one/a.png'],
    ['media/a.png', 'https://shop.example/media/a.png'],
  ])('at %s is loaded', (address, src) => {
    expect(policy.image(address)).toBe(src);
  });

  test.each([
    'https://cdn.example/other/a.png',
    'https://cdn.example/shop/../a.png',
    'https://cdn.example/shop/%2e%2e/a.png',
    'https://cdn.example/shop/..%2fa.png',
    'https://cdn.example/shop/..%5Ca.png',
    'https://cdn.example/shopping/a.png',
    'https://cdn.example/one-more/a.png',
    'https://cdn.example:8443/shop/a.png',
    'https://cdn.example.other.example/shop/a.png',
    'https://user@cdn.example/shop/a.png',
    'http://cdn.example/shop/a.png',
    'http://plain.example/a.png',
    'data:image/png;base64,AAAA',
    '//other.example/shop/a.png',
  ])('at %s is not loaded', (address) => {
    expect(policy.image(address)).toBeNull();
  });

  test('is not loaded from anywhere when nothing is said', () => {
    expect(createPolicy().image('/a.png')).toBeNull();
  });
});

test('a base that is no address is refused at once', () => {
  expect(() => createPolicy({baseUrl: 'shop'})).toThrow(TypeError);
});
