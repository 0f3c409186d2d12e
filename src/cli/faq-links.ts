import {quote} from './faq-source.ts';

/** Something that is wrong with a link, and where in the answer. */
export interface LinkFault {
  offset: number;
  text: string;
}

/** What the page opens: `http` where it is so itself. */
const SCHEMES = ['https:', 'http:', 'mailto:', 'tel:'];
const BASE = 'https://page.invalid/';
/** The most characters of an address with its title that are looked at. */
const MAX_ADDRESS_CHARS = 2000;

/** Says why the page would not open an address; undefined when it would. */
export function faultOfAddress(address: string): string | undefined {
  if (address === '') return 'leads nowhere';
  if (/[\s<>]/.test(address)) return `has a space or an angle bracket in its address ${quote(address)}`;
  if (/^www\./i.test(address)) return `leads into the page itself: write https://${address.slice(0, 40)}`;
  if (!URL.canParse(address, BASE)) return `has no address that can be read: ${quote(address)}`;
  const {protocol, username, password} = new URL(address, BASE);
  if (!SCHEMES.includes(protocol)) return `is refused by the page: ${protocol}`;
  if (username !== '' || password !== '') return 'is refused by the page: a user name stands in its address';
  return undefined;
}

/** Finds links of an answer that are not written to the end, lead nowhere, or would not be opened. */
export function findLinkFaults(markdown: string): LinkFault[] {
  const text = withoutCode(markdown);
  const faults: LinkFault[] = [];
  const tell = (offset: number, what: string) => {
    faults.push({offset, text: `has a link that ${what} (${quote(markdown.slice(offset, offset + 40))})`});
  };
  for (const {0: words, index} of text.matchAll(/!?\[(?:[^[\]]|\[[^[\]]*\])*\]/g)) {
    const behind = index + words.length;
    if (text[behind] === '(') {
      const address = readAddress(text, behind + 1);
      const fault = address === undefined ? 'is not closed: a ) is missing' : faultOfAddress(address);
      if (fault !== undefined) tell(index, fault);
    } else if (/^[ \t]\((https?:|\/|mailto:)/.test(text.slice(behind, behind + 12))) {
      tell(index, 'is none: a space stands between ] and (');
    } else if (/^:[ \t]+\S/.test(text.slice(behind, behind + 40)) && /(^|\n) {0,3}$/.test(text.slice(0, index))) {
      const fault = faultOfAddress(/^:\s+<?([^\s>]+)/.exec(text.slice(behind))?.[1] ?? '');
      if (fault !== undefined) tell(index, fault);
    }
  }
  for (const {0: all, 1: address = '', index} of text.matchAll(/<([a-z][a-z\d+.-]+:[^\s<>]*)>/gi)) {
    const fault = faultOfAddress(address);
    if (fault !== undefined && all !== '') tell(index, fault);
  }
  for (const {0: words, index} of text.matchAll(/\[[^[\]\n]*\((?:https?:\/\/|\/)[^[\]\n]*(?=\n|$)/g)) {
    if (words !== '') tell(index, 'is not closed: a ] is missing');
  }
  return faults.sort((a, b) => a.offset - b.offset);
}

/** Reads the address that begins at a place, up to the bracket that closes it; undefined when none does. */
function readAddress(text: string, from: number): string | undefined {
  // a link ends with its paragraph
  const [rest = ''] = text.slice(from, from + MAX_ADDRESS_CHARS).split(/\n[ \t]*\n/, 1);
  const [all = '', pointed] = /^\s*(?:<([^<>\n]*)>)?/.exec(rest) ?? [];
  for (let at = all.length, depth = 0; at < rest.length; at++) {
    if (rest[at] === '(') depth++;
    else if (rest[at] === ')' && depth-- === 0) {
      // what stands in quotes behind the address is its title
      const title = /\s+("[^"]*"|'[^']*'|\([^()]*\))$/;
      return pointed ?? rest.slice(all.length, at).trim().replace(title, '');
    }
  }
  return undefined;
}

/** Puts blanks in the place of code and of escaped signs: nothing in them is a link. */
function withoutCode(markdown: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  return markdown
    .replace(/^ {0,3}(```|~~~)[\s\S]*?(?:^ {0,3}\1|$(?![\s\S]))/gm, blank)
    .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, blank)
    .replace(/\\[\s\S]/g, blank);
}
