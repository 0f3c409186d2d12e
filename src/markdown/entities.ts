import {clean} from './clean.ts';

/**
 * Named characters: a number is the next name's code point, each name after it stands for the next one, `-` for one
 * without a name. Those of HTML 4 that people write, and accents, by which letters are put together: `^acute` makes
 * `eacute`. https://www.w3.org/TR/html401/sgml/entities.html
 */
const NAMES =
  '34 quot 38 amp apos 60 lt - gt 160 nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr ' +
  'deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest 198 AElig 208 ETH 215 ' +
  'times Oslash 222 THORN szlig 230 aelig 240 eth 247 divide oslash 254 thorn 338 OElig oelig 710 circ 732 tilde 768 ' +
  '^grave ^acute ^circ ^tilde ^macr - ^breve ^dot ^uml - ^ring ^dblac ^caron 807 ^cedil ^ogon 945 alpha beta gamma delta ' +
  'epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega 8194 ensp ' +
  'emsp 8201 thinsp 8204 zwnj zwj lrm rlm 8211 ndash mdash 8216 lsquo rsquo sbquo 8220 ldquo rdquo bdquo 8224 dagger ' +
  'Dagger bull 8230 hellip 8240 permil 8242 prime Prime 8249 lsaquo rsaquo 8364 euro 8482 trade 8592 larr uarr rarr darr ' +
  'harr 8656 lArr uArr rArr dArr hArr 8704 forall - part exist - empty - nabla isin notin 8719 prod - sum minus 8730 ' +
  'radic 8733 prop infin 8743 and or cap cup int 8776 asymp 8800 ne equiv 8804 le ge 8834 sub sup 8901 sdot 10003 check';

const NAMED = new Map<string, string>();

let code = 0;
for (const name of NAMES.split(' ')) {
  if (name > ':') {
    NAMED.set(name, String.fromCharCode(code));
    // the capitals of the Greek alphabet stand 32 places before
    if (code > 944 && code < 970)
      NAMED.set(name.charAt(0).toUpperCase() + name.slice(1), String.fromCharCode(code - 32));
    code++;
  } else code = name === '-' ? code + 1 : Number(name);
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
