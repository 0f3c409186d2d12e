import type {More, MoreParts} from './parts.ts';
import {fill} from './words/words.ts';

/** Counts the answers that came while the panel was closed, on the launcher and in its name. */
export function createUnread(parts: MoreParts): Pick<More, 'hear' | 'seen'> {
  const {launcher, options, words, language, isOpen} = parts;
  const badge = document.createElement('span');
  badge.className = 'badge';
  let count = 0;

  function show(): void {
    if (!launcher) return;
    const name = options.title ?? words.open;
    const form = words.unread[new Intl.PluralRules(language).select(count)] ?? words.unread.other;
    const shown = new Intl.NumberFormat(language).format(count);
    badge.textContent = shown;
    if (count > 0) launcher.append(badge);
    else badge.remove();
    if (!isOpen()) launcher.ariaLabel = count > 0 ? `${name}, ${fill(form, {count: shown})}` : name;
  }

  return {
    hear({kind}) {
      if (isOpen() || (kind !== 'complete' && kind !== 'error')) return;
      count++;
      show();
    },
    seen() {
      if (!isOpen() || count === 0) return;
      count = 0;
      show();
    },
  };
}
