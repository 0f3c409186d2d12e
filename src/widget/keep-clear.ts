import {COST, findPlace, findRoom, type Obstacle, type Place} from './place.ts';

/** How long a change of the page waits at most, and how long a page was not scrolled when it rests, in ms. */
const REST_MS = 100;

/** From this cost on a button that pays is covered. */
const COVERED = COST.pay / 10;

/** What sends a form, or has one of the names that shops and wallets give to what pays; words of people are not read. */
const PAY = `[type=submit],[type=image],form button:not([type]),apple-pay-button,shopify-accelerated-checkout,[class*=pay-button i],[id*=paybutton i],:is(a,button,iframe,[type=button],[role=button]):is(${[
  'id',
  'class',
  'name',
  'href',
].map((name) => `[${name}*=pay i],[${name}*=checkout i]`)})`;

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
 * The layout is never asked for: an observer that begins anew is told where everything stands when the browser next
 * knows that by itself. What moves is transformed, which shifts nothing.
 */
export function keepClear({host, launcher, box, avoid, signal}: KeepClearOptions): void {
  const selector = avoid ? `${PAY},${avoid}` : PAY;
  let targets: Element[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at: Place | undefined;
  let panelAt: Place | undefined;

  const sight = new IntersectionObserver(
    (entries) => {
      const seen = new Map(entries.map((entry) => [entry.target, entry]));
      const [own, room, ...others] = targets.flatMap((target) => seen.get(target) ?? []);
      if (seen.size < targets.length)
        soon(); // something came or went
      else if (own && room) place(own, room.boundingClientRect, others);
    },
    {root: document, threshold: [0, 0.25, 0.5, 0.75, 1]},
  );
  const sizes = new ResizeObserver(look);
  const changes = new MutationObserver(() => {
    changes.disconnect(); // a page that changes all the time is searched now and then, and costs nothing between
    soon();
  });

  function look(): void {
    sight.disconnect();
    for (const target of targets) sight.observe(target);
  }

  function search(): void {
    timer = undefined;
    targets = [host, box, ...document.querySelectorAll(selector)];
    sizes.disconnect();
    for (const target of [document.body, ...targets]) sizes.observe(target);
    changes.observe(document, {subtree: true, childList: true, attributes: true});
    look();
  }

  function soon(event?: Event): void {
    if (event?.type === 'scroll') {
      clearTimeout(timer); // nobody presses what moves
      timer = undefined;
    }
    timer ??= setTimeout(search, REST_MS);
  }

  function place(own: IntersectionObserverEntry, room: DOMRectReadOnly, others: IntersectionObserverEntry[]): void {
    const {rootBounds: view, boundingClientRect: home} = own;
    if (!view) return;
    const margin = {x: Math.min(home.x, view.width - home.right), y: Math.min(home.y, view.height - home.bottom)};
    const obstacles: Obstacle[] = others
      .filter(({target}) => target.checkVisibility({opacityProperty: true, visibilityProperty: true}))
      .map(({target, intersectionRect: {x, y, width, height}}) => ({
        ...{x, y, width, height},
        cost: target.matches(PAY) ? COST.pay : COST.named,
      }));
    // a phone does not show it beside the panel
    if (launcher && home.width) {
      at = findPlace({view, wanted: home, at, margin, obstacles});
      launcher.style.translate = way(home, at);
      launcher.style.visibility = at.cost < COVERED ? '' : 'hidden';
      obstacles.push({...at, width: home.width, height: home.height, cost: COST.named});
    }
    if (!room.width) return;
    const wide = room.width < view.width;
    const found = findRoom({view, wanted: room, at: panelAt, margin, obstacles, fromTop: room.y > home.y});
    panelAt = found;
    box.style.setProperty('--_t', wide ? way(room, found) : null);
    box.style.setProperty('--_p', wide ? `${found.height}px` : null);
  }

  for (const type of ['scroll', 'resize', 'transitionend'])
    window.addEventListener(type, soon, {capture: true, passive: true, signal});
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    for (const observer of [sight, sizes, changes]) observer.disconnect();
  });
  search();
}

/** Says how something comes from where it stands by itself to a place. */
const way = (from: Pick<DOMRectReadOnly, 'x' | 'y'>, {x, y}: Place) =>
  `${Math.round(x - from.x)}px ${Math.round(y - from.y)}px`;
