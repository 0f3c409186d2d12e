import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

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

/** The hash of a text or file, as policies and integrity attributes write it. */
const sha384 = (content: string | Buffer) => `sha384-${createHash('sha384').update(content).digest('base64')}`;

const LOADER_HASH = sha384(readFileSync('dist/firstword.js'));
const PINNED = `<script async integrity="${LOADER_HASH}" crossorigin="anonymous" ${TAG}></script>`;
const TRUSTED_TYPES = "require-trusted-types-for 'script'; trusted-types 'none'";

/**
 * Each under which the widget must work, and must not run a changed file. Every policy lets a script with the nonce run:
 * the page watches itself with one. Where a tag has no nonce it stands on something else.
 */
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
  {
    name: 'hash of the tag’s file, and strict-dynamic',
    policy: (nonce) => `${BASE}; script-src '${LOADER_HASH}' 'nonce-${nonce}' 'strict-dynamic'; style-src 'none'`,
    embed: () => PINNED,
  },
  {
    name: 'hash of an inline script that brings the tag, and strict-dynamic',
    policy: (nonce) => `${BASE}; script-src '${sha384(INJECT)}' 'nonce-${nonce}' 'strict-dynamic'; style-src 'none'`,
    embed: () => `<script>${INJECT}</script>`,
  },
  {
    name: 'allow-list and Trusted Types, the tag pinned by integrity',
    policy: () => `${BASE}; script-src 'self'; style-src 'none'; ${TRUSTED_TYPES}`,
    embed: () => PINNED,
  },
  {
    name: 'nonce, strict-dynamic and Trusted Types',
    policy: (nonce) => `${BASE}; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'none'; ${TRUSTED_TYPES}`,
    embed: (nonce) => `<script async nonce="${nonce}" ${TAG}></script>`,
  },
];
