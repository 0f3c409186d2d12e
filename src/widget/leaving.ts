import {type AnswerWords, fill} from './words/words.ts';

/**
 * Makes the listener that asks, once a host, before a link of an answer leaves the site: an answer is not the site's
 * own word.
 *
 * @param options.foreignHost - Names the host of an address that is neither the page's nor allowed by the site.
 */
export function createLeaving(options: {
  words: AnswerWords;
  foreignHost: (href: string) => string | undefined;
}): (event: Event) => void {
  const {words, foreignHost} = options;
  const allowed = new Set<string>();

  function ask(link: HTMLAnchorElement, host: string): void {
    const answer = link.closest('.text, .sources');
    const root = link.getRootNode();
    if (!answer || !(root instanceof ShadowRoot)) return;
    root.querySelector('.leave')?.remove();
    const box = document.createElement('div');
    box.className = 'leave';
    box.role = 'group';
    const question = document.createElement('span');
    question.dir = 'auto';
    question.textContent = fill(words.leave, {host});
    box.append(question, button(words.follow, follow), button(words.stay, stay));
    box.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation(); // it closes this question, not the panel
      event.preventDefault();
      stay();
    });
    answer.after(box);
    box.querySelector('button')?.focus();

    function follow(): void {
      allowed.add(host);
      stay();
      link.click();
    }

    function stay(): void {
      box.remove();
      link.focus();
    }
  }

  return (event) => {
    const link =
      event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(':is(.text, .sources) a[href]') : null;
    const host = link && foreignHost(link.href);
    // a secondary button opens its own menu; the middle one would open the link
    if (!link || !host || allowed.has(host) || (event instanceof MouseEvent && event.button > 1)) return;
    event.preventDefault();
    ask(link, host);
  };
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'plain';
  made.textContent = label;
  made.addEventListener('click', onClick);
  return made;
}
