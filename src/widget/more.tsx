import type {Measure} from '../chat/index.ts';
import {createAbove} from './above.tsx';
import {createAnnouncer} from './announcer.ts';
import {createBelow} from './below.tsx';
import {createContact} from './contact.tsx';
import {watchAddress} from './glass-door.ts';
import {createLog} from './log.ts';
import {createMenu} from './menu.tsx';
import css from './more.css?inline';
import {nameParts} from './naming.ts';
import type {More, PanelParts} from './parts.ts';
import {createPhone} from './phone.ts';
import {sayWait} from './substitute.tsx';
import {createUnread} from './unread.ts';
import {enMore} from './words/en.ts';
import type {AnswerWords, PanelWords} from './words/words.ts';

/** Says in which language numbers and dates are written: that of the words, with the page's region where it has one. */
function localeOf({language = '', box}: PanelParts): string {
  try {
    if (new Intl.Locale(language).language === box.lang) return language;
  } catch {
    // no language that Intl knows: then as the words are by themselves
  }
  return box.lang;
}

/** Brings to life what people do beside asking. */
export function createMore(given: PanelParts & {measure: Promise<Measure>}): More {
  const english = given.words() as PanelWords & AnswerWords; // what draws answers is there before this is
  const parts = {...given, words: given.foreign ?? {...english, ...enMore}, language: localeOf(given)};
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  parts.root.adoptedStyleSheets = [...parts.root.adoptedStyleSheets, sheet];

  const announcer = createAnnouncer(parts);
  const {say} = announcer;
  const contact = createContact(parts);
  const below = createBelow({...parts, contact, say});
  const menu = createMenu({...parts, contact, say});
  const log = createLog(parts);
  const above = createAbove({...parts, log, revised: below.revised, foreseen: below.offers.foreseen});
  const unread = createUnread({...parts, say});
  const phone = createPhone(parts);
  nameParts(parts);
  watchAddress(given);
  parts.box.addEventListener('copied', () => say(parts.words.copied), {signal: parts.signal});
  return {
    words: parts.words,
    header: menu.header,
    below: below.below,
    chosenId: below.chosenId,
    verdict: below.verdict,
    sayWait: (waited) => sayWait(waited, parts),
    above: above.above,
    keyDown: below.offers.keyDown,
    hear(event) {
      above.hear(event);
      announcer.hear(event);
      below.hear(event);
      log.hear(event);
      unread.hear(event);
    },
    seen() {
      log.seen();
      phone.seen();
      unread.seen();
    },
  };
}
