import {clean} from './clean.ts';

/**
 * Named characters that people write: a number is the next name's code point, each name after it stands for the next
 * one, `-` for one without a name. Letters are put together with accents: `^acute` makes `eacute`.
 * https://www.w3.org/TR/html401/sgml/entities.html
 */
const NAMES =
  '34 quot 38 amp apos 60 lt - gt 160 nbsp iexcl cent pound - yen - sect - copy - laquo - shy reg - deg plusmn sup2 sup3 ' +
  '- micro para middot - - - raquo frac14 frac12 frac34 iquest 198 AElig 215 times Oslash 223 szlig 230 aelig 247 divide ' +
  'oslash 338 OElig oelig 768 ^grave ^acute ^circ ^tilde - - - - ^uml - ^ring - ^caron 807 ^cedil 8211 ndash mdash 8216 ' +
  'lsquo rsquo sbquo - ldquo rdquo bdquo - dagger Dagger bull 8230 hellip 8240 permil 8242 prime Prime 8249 lsaquo ' +
  'rsaquo 8364 euro 8482 trade 8592 larr uarr rarr darr harr 8656 lArr - rArr - hArr 8722 minus 8730 radic 8734 infin ' +
  '8776 asymp 8800 ne equiv 8804 le ge 10003 check';

const NAMED = new Map<string, string>();

let code = 0;
for (const name of NAMES.split(' ')) {
  if (name > ':') NAMED.set(name, String.fromCharCode(code++));
  else code = name === '-' ? code + 1 : Number(name);
}

const ENTITY = /&(?:#(?:[xX]([\da-fA-F]{1,6})|(\d{1,7}))|([a-zA-Z][\da-zA-Z]{1,9}));/y;
const ESCAPED = /\\[!-/:-@[-`{-~]|&[#\w]+;/g;

/** Reads the character that an entity at a place stands for; undefined when there is none, or its name is unknown. */
export function readEntity(text: string, at: number): {value: string; end: number} | undefined {
  ENTITY.lastIndex = at;
  const [whole = '', hex, decimal, name] = ENTITY.exec(text) ?? [];
  if (!whole) return undefined;
  const value = name
    ? (NAMED.get(name) ?? accented(name))
    : character(hex ? Number.parseInt(hex, 16) : Number(decimal));
  return value === undefined ? undefined : {value, end: at + whole.length};
}

/** Decodes entities and backslash escapes of an address or a title. */
export function decode(text: string): string {
  return text.replace(ESCAPED, (found) =>
    found[0] === '\\' ? found.slice(1) : (readEntity(found, 0)?.value ?? found),
  );
}

function accented(name: string): string | undefined {
  const letter = (name.charAt(0) + (NAMED.get(`^${name.slice(1)}`) ?? '')).normalize();
  return letter.length === 1 && letter > '~' ? letter : undefined;
}

function character(point: number): string {
  const valid = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return clean(valid ? String.fromCodePoint(point) : '\uFFFD');
}
