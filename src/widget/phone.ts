import type {More, MoreParts} from './parts.ts';

/** Where the panel fills the screen, as its style sheet says too. */
export const PHONE = '(max-width: 480px), (max-height: 480px)';

/**
 * Makes a panel that fills the screen behave as a screen of its own: nothing behind it can be reached or scrolled, the
 * keyboard covers nothing of it, and where fingers point the way back closes it. That begins when a visitor's focus is in it: a chat that
 * opened by itself takes nothing.
 */
export function createPhone(parts: MoreParts): Pick<More, 'seen'> {
  const {box, root, status, options, isOpen, close, signal} = parts;
  const phone = matchMedia(PHONE);
  const view = window.visualViewport;
  const back = createWayBack(close, signal);
  if (options.container) return {seen() {}};

  /** The regions that screen readers speak have to be where they can be reached. */
  function moveRegions(): void {
    const {nextElementSibling: alert} = status;
    (isModal() ? box : root).append(status, alert ?? '');
  }

  const isModal = () => box.matches(':modal');

  function adapt(): void {
    const {activeElement} = root;
    const isPhone = phone.matches && isOpen();
    if (isPhone && !isModal() && activeElement && box.contains(activeElement)) {
      box.open = false;
      // where a dialog finds this it moves no focus, and a phone's keyboard stays
      activeElement.toggleAttribute('autofocus', true);
      box.showModal();
      activeElement.toggleAttribute('autofocus', false);
      if (matchMedia('(pointer: coarse)').matches) back.enter();
    } else if (!isPhone && isModal()) {
      box.close();
      box.open = isOpen();
      if (activeElement instanceof HTMLElement) activeElement.focus({preventScroll: true});
    }
    if (!isModal()) back.leave();
    if (isModal() !== box.contains(status)) moveRegions();
    place();
  }

  /** Keeps to what the keyboard leaves; who zoomed in moves about in the whole. */
  function place(): void {
    const fits = view && view.scale < 1.01 && phone.matches && isOpen();
    box.style.setProperty('--_h', fits ? `${view.height}px` : '');
    box.style.setProperty('--_y', fits ? `${view.offsetTop}px` : '');
  }

  for (const type of ['resize', 'scroll']) view?.addEventListener(type, place, {signal});
  for (const type of ['wheel', 'touchmove']) box.addEventListener(type, keepPage, {passive: false, signal});
  phone.addEventListener('change', adapt, {signal});
  box.addEventListener('focusin', adapt, {signal});
  // by the browser: Android's way back, a screen reader's gesture
  box.addEventListener('close', () => !box.open && close(), {signal});
  adapt();
  return {seen: adapt};
}

/** Keeps the page from scrolling under a finger or a wheel that finds nothing to scroll in the panel. */
function keepPage(event: Event): void {
  const isZoom = event instanceof WheelEvent ? event.ctrlKey : event instanceof TouchEvent && event.touches.length > 1;
  const scroller = (event.target as Element).closest('textarea, .suggestions, [tabindex]'); // it is heard from within
  const scrolls =
    scroller && (scroller.scrollHeight > scroller.clientHeight || scroller.scrollWidth > scroller.clientWidth);
  if (!isZoom && !scrolls && event.cancelable) event.preventDefault();
}

/**
 * Lets the way back close what is open, by an entry in the history with the page's own address and state: a router that
 * hears of either finds the page as it is.
 */
function createWayBack(close: () => void, signal: AbortSignal): Record<'enter' | 'leave', () => void> {
  let entered: {href: string; count: number} | undefined;

  window.addEventListener(
    'popstate',
    () => {
      if (location.href !== entered?.href) return;
      entered = undefined;
      close();
    },
    {signal},
  );

  return {
    enter() {
      // past those who watch the history by functions of their own in its place
      History.prototype.pushState.call(history, history.state, '');
      entered = {href: location.href, count: history.length};
    },
    leave() {
      // where the page went on meanwhile the entry is not the last one any more
      const isLast = entered?.href === location.href && entered.count === history.length;
      entered = undefined;
      if (isLast) history.back();
    },
  };
}
