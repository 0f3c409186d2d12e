import type {Announcer} from './announcer.ts';
import type {More, MoreParts} from './parts.ts';
import {fill} from './words/words.ts';

/** Counts the answers that came while the panel was closed, on the launcher and in its name, and says so. */
export function createUnread(parts: MoreParts & Pick<Announcer, 'say'>): Pick<More, 'hear' | 'seen'> {
  const {launcher, options, words, language, isOpen, say} = parts;
  const badge = document.createElement('span');
  badge.className = 'badge';
  let count = 0;

  const shown = (number: number) => new Intl.NumberFormat(language).format(number);
  const told = () => {
    const form = words.unread[new Intl.PluralRules(language).select(count)] ?? words.unread.other;
    return fill(form, {count: shown(count)});
  };

  function show(): void {
    if (!launcher) return;
    const name = options.title ?? words.open;
    badge.textContent = shown(count);
    if (count > 0) launcher.append(badge);
    else badge.remove();
    if (!isOpen()) launcher.ariaLabel = count > 0 ? `${name}, ${told()}` : name;
  }

  return {
    hear({kind}) {
      if (isOpen() || (kind !== 'complete' && kind !== 'error')) return;
      count++;
      show();
      say(told());
    },
    seen() {
      if (!isOpen() || count === 0) return;
      count = 0;
      show();
    },
  };
}
