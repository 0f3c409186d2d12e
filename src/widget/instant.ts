import {createInstant, type Instant, type InstantOptions, type PackTrouble} from '../chat/index.ts';

const WORDS: Readonly<Record<PackTrouble['problem'], string>> = {
  network: 'it could not be fetched',
  http: 'it was refused',
  'too-large': 'it is larger than 20 MB',
  unreadable: 'it is no FAQ pack, or one that was damaged',
  language: 'it is written in another language than the page',
};

/** How long a pointer rests on a question, or the focus stays there, until it is likely to be chosen, in ms. */
const DWELL_MS = 65;

/** Brings to life what answers known questions at once, and says to the site's developer when it cannot. */
export function startInstant({
  print,
  box,
  ...options
}: Omit<InstantOptions, 'onTrouble'> & {box: HTMLElement; print: (line: string) => void}): Instant {
  const instant = createInstant({
    ...options,
    onTrouble({problem, status, value}) {
      const more = [status, value].filter((each) => each !== undefined).join(' ');
      print(`data-faq: ${options.faq} is not used: ${WORDS[problem]}${more && ` (${more})`}.`);
    },
  });
  watchOffered(box, instant.point, options.signal);
  return instant;
}

/** Calls back with a question that is offered when it is about to be chosen: pointed at for a moment, or pressed. */
function watchOffered(box: HTMLElement, onPoint: (question: string) => void, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const leave = () => clearTimeout(timer);
  const come = (waitMs: number) => (event: Event) => {
    leave();
    const {target} = event;
    const offered = target instanceof Element && target.closest('[part~=suggestion]');
    if (!offered) return;
    const point = () => onPoint(offered.textContent);
    if (waitMs) timer = setTimeout(point, waitMs);
    else point();
  };
  box.addEventListener('pointerdown', come(0), {signal, passive: true});
  for (const type of ['pointerover', 'focusin']) box.addEventListener(type, come(DWELL_MS), {signal, passive: true});
  for (const type of ['pointerout', 'focusout']) box.addEventListener(type, leave, {signal, passive: true});
  signal.addEventListener('abort', leave);
}
