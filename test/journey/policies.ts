/** The security policies that the widget must live under: name, policy for a nonce, and how the page brings the tag. */
export interface PolicyCase {
  name: string;
  policy: (nonce: string) => string;
  /** The markup that brings the widget. */
  embed: (nonce: string) => string;
}

const TAG = 'src="/firstword.js" data-endpoint="/chat" data-rum="/v1/turns"';
const BASE = "default-src 'none'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** Brings the tag as a tag manager does: a script of the page's own makes another, without a nonce. */
const INJECT = `const tag = document.createElement('script'); tag.src = '/firstword.js'; tag.dataset.endpoint = '/chat'; tag.dataset.rum = '/v1/turns'; tag.dataset.firstword = ''; document.head.append(tag);`;

/** Each under which the widget must work, and must not run a changed file. */
export const POLICIES: PolicyCase[] = [
  {name: 'no policy', policy: () => '', embed: () => `<script async ${TAG}></script>`},
  {
    name: 'nonce',
    policy: (nonce) => `${BASE}; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
    embed: (nonce) => `<script async nonce="${nonce}" ${TAG}></script>`,
  },
  {
    name: 'nonce with strict-dynamic',
    policy: (nonce) => `${BASE}; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'`,
    embed: (nonce) => `<script async nonce="${nonce}" ${TAG}></script>`,
  },
  {
    name: 'allow-list',
    policy: () => `${BASE}; script-src 'self'; style-src 'self'`,
    embed: () => `<script async ${TAG}></script>`,
  },
  {
    name: 'tag manager with strict-dynamic',
    policy: (nonce) => `${BASE}; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'`,
    embed: (nonce) => `<script nonce="${nonce}">${INJECT}</script>`,
  },
  {
    name: 'nonce and Trusted Types',
    policy: (nonce) =>
      `${BASE}; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; require-trusted-types-for 'script'; trusted-types 'none'`,
    embed: (nonce) => `<script async nonce="${nonce}" ${TAG}></script>`,
  },
];
