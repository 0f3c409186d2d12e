import {clean} from './clean.ts';

/**
 * Named characters that people write, each before its character. Letters are put together with accents: `_acute` makes
 * `eacute`. https://www.w3.org/TR/html401/sgml/entities.html
 */
const NAMES =
  'quot"amp&apos\'lt<gt>nbsp\u00A0iexcl¡cent¢pound£yen¥sect§copy©laquo«shy\u00ADreg®deg°plusmn±sup2²sup3³micro\u00B5para¶' +
  'middot·raquo»frac14¼frac12½frac34¾iquest¿times×divide÷AElig\u00C6aelig\u00E6Oslash\u00D8oslash\u00F8OElig\u0152' +
  'oelig\u0153szlig\u00DF_grave\u0300_acute\u0301_circ\u0302_tilde\u0303_uml\u0308_ring\u030A_caron\u030C_cedil\u0327' +
  'ndash–mdash—lsquo‘rsquo’sbquo‚ldquo“rdquo”bdquo„dagger†Dagger‡bull•hellip…permil‰prime′Prime″lsaquo‹rsaquo›euro€trade™' +
  'larr←uarr↑rarr→darr↓harr↔lArr⇐rArr⇒hArr⇔minus−radic√infin∞asymp≈ne≠equiv≡le≤ge≥check✓';

const NAMED = new Map([...NAMES.matchAll(/(\w+)(\W)/g)].map(([, name = '', character = '']) => [name, character]));

const ENTITY = /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([^\W_]{2,10}));/iy;
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
  const letter = (name.charAt(0) + (NAMED.get(`_${name.slice(1)}`) ?? '')).normalize();
  return letter.length === 1 && letter > '~' ? letter : undefined;
}

function character(point: number): string {
  return point > 0x10ffff ? '\uFFFD' : clean(String.fromCodePoint(point).toWellFormed());
}
