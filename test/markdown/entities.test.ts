import {expect, test} from 'vitest';
import {clean} from '../../src/markdown/clean.ts';
import {decode, readEntity} from '../../src/markdown/entities.ts';

/** What the browser itself makes of an entity. */
const byBrowser = (entity: string) => new DOMParser().parseFromString(entity, 'text/html').body.textContent;

test('the names of HTML that people write stand for what browsers take them for', () => {
  const names =
    'nbsp amp lt gt quot apos copy reg trade euro pound yen cent sect para deg plusmn times divide frac12 frac14 frac34 ' +
    'sup2 sup3 micro middot shy laquo raquo iquest iexcl ndash mdash lsquo rsquo ldquo rdquo sbquo bdquo bull hellip ' +
    'permil prime Prime lsaquo rsaquo dagger Dagger larr uarr rarr darr harr lArr rArr hArr le ge ne equiv asymp infin ' +
    'minus radic check AElig aelig Oslash oslash szlig OElig oelig agrave Eacute icirc ntilde Uuml aring Ccedil Scaron yuml';
  for (const name of names.split(' ')) {
    const entity = `&${name};`;
    expect(readEntity(entity, 0), name).toEqual({value: byBrowser(entity), end: entity.length});
  }
});

test('numbers stand for their character, those of none for a replacement', () => {
  for (const entity of ['&#65;', '&#x1F600;', '&#X41;', '&#0;', '&#xD800;', '&#1114112;']) {
    expect(readEntity(entity, 0)?.value, entity).toBe(byBrowser(entity));
  }
});

test('what is no entity stays text', () => {
  for (const text of [
    '&unknown;',
    '&amp',
    '& amp;',
    '&#;',
    '&#x;',
    '&#12345678;',
    '&constructor;',
    '&eacut;',
    '&qacute;',
  ]) {
    expect(readEntity(text, 0), text).toBeUndefined();
  }
});

test('addresses and titles lose their escapes', () => {
  expect(decode('a\\(b\\)\\c &amp;&unknown; &#x202E;d')).toBe('a(b)\\c &&unknown; d');
});

test('invisible characters go, letters and their joiners stay', () => {
  expect(clean('a\u0000\u0001\u001B\u007F\u0085b\tc\nd')).toBe('a\uFFFDb\tc\nd');
  expect(clean('\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u2060\u200B\uFEFF\uFFF9x')).toBe('x');
  expect(clean('\u{E0001}\u{E0041}\u{E007F}\u{E0100}x')).toBe('x');
  const kept = 'می\u200Cخواهم 👩\u200D👩\u200D👧 א\u200Fב\u200E ❤\uFE0F co\u00ADop';
  expect(clean(kept)).toBe(kept);
});
