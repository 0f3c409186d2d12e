import {firstWords, openByKeyboard} from '../stage.ts';
import {type BlackHole, openBlackHole} from './black-hole.ts';
import {startFaultServer, type Way} from './fault-server.ts';
import type {Row} from './row.ts';
import {BEGUN, BUILT_IN, SAID, WHOLE} from './rows-endpoint.ts';
import type {Scene} from './scene.ts';
import {createHold, type Hold, refuse, restBy, whole} from './ways.ts';

/** Gives a row an answer that is held in the middle until the row opens it. */
function held(
  play: (scene: Scene, open: () => void) => Promise<void>,
  by: (hold: Hold) => Way = ({middle}) => middle,
): Pick<Row, 'before' | 'during'> {
  const holds = new WeakMap<Scene, Hold>(); // the row is played in several browsers at once
  return {
    async before(scene) {
      const hold = createHold();
      holds.set(scene, hold);
      scene.endpoint.answer(restBy(by(hold), whole));
    },
    async during(scene) {
      await firstWords(scene.page);
      await play(scene, () => holds.get(scene)?.open());
    },
  };
}

function unreachable(): Row {
  const holes = new WeakMap<Scene, BlackHole>(); // as above
  return {
    ...BUILT_IN,
    away: true,
    async before(scene) {
      await scene.endpoint.close();
      holes.set(scene, await openBlackHole(scene.endpoint.port));
    },
    async mend(scene) {
      await holes.get(scene)?.close();
      const {port} = scene.endpoint;
      const again = await startFaultServer({port, allowed: () => scene.server.url});
      again.answer(whole);
      scene.setEndpoint(again);
    },
    record: {outcome: 'fallback', source: 'fallback', fallback: {why: 'deadline-token', kind: 'message'}},
    marks: {sent: true, headers: false, status: true, paint: true},
    posts: 0,
  };
}

const plain = {state: 'complete', text: WHOLE, record: {outcome: 'complete'}, posts: 1, recovery: 'itself'} as const;

/** Faults of the network, of the page and of the browser. */
export const AROUND_ROWS: Record<string, Row> = {
  'a connection that is refused': {
    before: ({server}) => server.down(),
    async mend({server}) {
      server.answer(whole);
      await server.up();
    },
    state: 'failed',
    notice: SAID.network,
    record: {outcome: 'error', error: 'network', retries: 2},
    marks: {sent: true, headers: false, token: false},
    posts: 0,
    recovery: 'retry',
  },
  'an endpoint that cannot be reached': unreachable(),
  'a clock that jumps': {
    ...plain,
    ...held(async ({page}, open) => {
      await page.run(() => {
        const {now} = Date;
        let shiftMs = 3_600_000;
        Date.now = () => now() + shiftMs;
        window.Date = new Proxy(Date, {
          construct: (target, args, made) =>
            Reflect.construct(target, args.length > 0 ? args : [target.now()], made) as Date,
        });
        setTimeout(() => {
          shiftMs = -3_600_000;
        });
      });
      open();
    }),
  },
  'a page that is hidden meanwhile': {
    ...plain,
    ...held(async ({page}, open) => {
      await page.hide();
      open();
      await page.waitFor(
        () =>
          [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=answer]') ?? [])]
            .at(-1)
            ?.getAttribute('data-state') === 'complete',
      );
      await page.show();
    }),
  },
  'no network in the middle': {
    ...plain,
    ...held(
      async ({page}, open) => {
        await page.goOffline();
        open();
        await page.waitFor(() => !navigator.onLine);
        await page.goOnline();
      },
      ({breaking}) => breaking,
    ),
    record: {outcome: 'complete', resumes: 1},
    posts: 2,
    rests: 1,
  },
  'no network from the beginning': {
    before: ({page}) => page.goOffline(),
    mend: async ({page, endpoint}) => {
      endpoint.answer(whole);
      await page.goOnline();
    },
    state: 'failed',
    notice: SAID.offline,
    record: {outcome: 'offline'},
    posts: 0,
    recovery: 'itself',
  },
  'a page that is left and come back to': {
    ...plain,
    ...held(async ({page, server}, open) => {
      await page.goto(`${server.url}/other`);
      open();
      await page.back();
      if (!(await page.run(() => Boolean(document.querySelector('firstword-chat[open]'))))) await openByKeyboard(page);
    }),
    // there the page comes from its address, and reads on what the one before it had to leave
    otherwise: {
      firefox: {posts: 2, rests: 1, record: undefined},
      webkit: {posts: 2, rests: 1, record: {outcome: 'complete', resumes: 1}},
    },
  },
  'a server that is started again in the middle': {
    ...held(async ({server}) => {
      server.answer(refuse(410));
      server.breakOff();
    }),
    state: 'cut',
    text: BEGUN,
    notice: SAID.cut,
    record: {outcome: 'cut', error: 'stream-cut', resumes: 1},
    posts: 2,
    rests: 1,
    recovery: 'retry',
  },
  'a server that goes away in the middle': {
    ...held(({server}) => server.down()),
    mend: ({server}) => server.up(),
    state: 'cut',
    text: BEGUN,
    notice: SAID.cut,
    record: {outcome: 'cut', error: 'stream-cut', resumes: 1},
    posts: 1,
    recovery: 'retry',
  },
  'storage that is blocked': {
    ...plain,
    head: `<script>
for (const name of ['sessionStorage', 'localStorage', 'indexedDB'])
  Object.defineProperty(window, name, {get() { throw new DOMException('not here', 'SecurityError'); }});
</script>`,
    attributes: 'data-faq="/faq.json" data-consent="granted"',
    pages: {'/faq.json': '{"version": "1", "entries": [{"id": "a", "question": "What is it?", "answer": "That."}]}'},
    way: whole,
  },
  'an origin that may not ask': {
    away: true,
    meets: {allowed: false},
    mend: async ({meet}) => meet({allowed: true}),
    state: 'failed',
    notice: SAID.network,
    record: {outcome: 'error', error: 'network', retries: 2},
    marks: {sent: true, headers: false},
    posts: 0,
    recovery: 'retry',
  },
  'a policy that blocks the endpoint': {
    away: true,
    meets: {policy: "connect-src 'self'"},
    async mend({page, meet}) {
      meet({policy: ''});
      await page.reload();
      await openByKeyboard(page);
    },
    state: 'failed',
    notice: SAID.nowhere,
    record: {outcome: 'error', error: 'blocked'},
    marks: {headers: false},
    posts: 0,
    recovery: 'retry',
  },
};
