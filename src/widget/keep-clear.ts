import {COST, findPlace, type Obstacle, type Place} from './place.ts';

/** How long nothing has happened on a page that rests, in ms: nobody presses what moves. */
const REST_MS = 100;

/** How many times as long as a search took is waited for the next one: a page that never rests loses 2 % at most. */
const COST_RATIO = 50;

/** What sends a form, or has one of the names that shops and wallets give to what pays; words of people are not read. */
const PAY =
  '[type=submit],[type=image],form button:not([type]),apple-pay-button,shopify-accelerated-checkout,:is(a,button,iframe,[role=button],[id*=button i],[class*=button i]):is([id*=pay i],[class*=pay i],[name*=pay i],[id*=checkout i],[class*=checkout i],[name*=checkout i],[href*=checkout i])';

/** What is kept clear of the page, and of what. */
export interface KeepClearOptions {
  /** Stands where the launcher would by itself: only what is in it is moved. */
  host: HTMLElement;
  launcher: HTMLElement | null;
  /** Stands where the panel would by itself. */
  box: HTMLElement;
  /** A selector of what the site named. */
  avoid: string | undefined;
  signal: AbortSignal;
}

/**
 * Keeps the launcher, and the panel where it does not fill the screen, off what the site named and what pays. Where only
 * a button that pays is left to cover, the launcher is hidden.
 *
 * It works when the page rests, and right after the browser made the layout: an observer that begins anew is told then
 * where everything stands. What moves is transformed, which shifts nothing; a panel does not move under a pointer.
 */
export function keepClear({host, launcher, box, avoid, signal}: KeepClearOptions): void {
  let targets: Element[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tookMs = 0;
  const places = new Map<HTMLElement, Place>();
  /** Where the targets stood at the last search; some browsers tell it in parts. */
  const seen = new Map<Element, IntersectionObserverEntry>();

  const sight = new IntersectionObserver(
    (entries) => {
      if (seen.size === targets.length) return soon(); // something came or went
      for (const entry of entries) seen.set(entry.target, entry);
      if (seen.size < targets.length) return;
      const view = entries[0]?.rootBounds;
      if (!view) return; // the chat is on no page
      const home = host.getBoundingClientRect();
      const room = box.getBoundingClientRect();
      const obstacles = [...seen.values()]
        .filter(
          ({target, intersectionRect}) =>
            target !== host && intersectionRect.width > 0 && target.checkVisibility({visibilityProperty: true}),
        )
        .map(({target, intersectionRect: {x, y, width, height}}): Obstacle => {
          return [x, y, width, height, target.matches(PAY) ? COST.pay : COST.named];
        });
      const stand = (element: HTMLElement, wanted: DOMRectReadOnly) => {
        const at = places.get(element);
        const place =
          (element === box && box.matches(':hover') && at) || // something in it may be about to be pressed
          findPlace({
            view,
            obstacles: wanted.width < view.width ? obstacles : [], // a phone's panel fills the screen
            wanted,
            at,
          });
        const [x, y, width, height, cost] = place;
        places.set(element, place);
        element.style.setProperty('--_t', `${x - wanted.x}px ${y - wanted.y}px`);
        element.style.setProperty('--_p', height < wanted.height ? `${height}px` : '');
        obstacles.push([x, y, width, height, COST.named]); // what stands next keeps clear of it
        return cost;
      };
      // a phone does not show it beside the panel
      if (launcher && home.width) launcher.style.visibility = stand(launcher, home) < COST.pay ? '' : 'hidden';
      if (room.width) stand(box, room);
    },
    {root: document, threshold: [0, 1]},
  );
  // a panel that opens stands right at once, a page that grows is waited for
  const sizes = new ResizeObserver((entries) => (entries.some(({target}) => target === box) ? search() : soon()));
  const changes = new MutationObserver(() => {
    changes.disconnect(); // a page that changes all the time is searched now and then, and costs nothing between
    soon();
  });

  function search(): void {
    const startMs = performance.now();
    sight.disconnect();
    seen.clear();
    targets = [host, ...document.querySelectorAll(avoid ? `${PAY},${avoid}` : PAY)];
    for (const target of targets) sight.observe(target);
    requestAnimationFrame(() => {}); // without a frame WebKit tells it two seconds later
    changes.observe(document, {subtree: true, childList: true, attributes: true});
    tookMs = performance.now() - startMs;
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(search, REST_MS + COST_RATIO * tookMs);
  }

  host.addEventListener('pointerleave', soon, {signal});
  for (const element of [document.documentElement, box]) sizes.observe(element);
  for (const type of ['scroll', 'resize', 'transitionend']) addEventListener(type, soon, {capture: true, signal});
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    for (const observer of [sight, sizes, changes]) observer.disconnect();
  });
}
