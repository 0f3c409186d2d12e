import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {startAloud} from './aloud.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {clickOn, focused, focusOn, shown, stands, textsOf, until} from './in-chat.ts';
import {ask, openByKeyboard} from './stage.ts';

/** What a page's own function is given. */
interface Handed {
  messages: {role: string; id: string; text: string}[];
  turnId?: string;
}

/** What the page keeps of it. */
type Kept = Window & {handed: Handed[]; turns: string[]; followed: string[]};

/** Keeps what links are followed to, without going there, and the turns that were asked. */
const WATCH = `<script>
window.followed = []; window.turns = []; window.handed = [];
addEventListener('click', (event) => {
  const [link] = event.composedPath();
  if (!link.href) return;
  followed.push(link.href);
  event.preventDefault();
});
addEventListener('firstword:send', ({detail}) => turns.push(detail.turnId));
</script>`;

/** Draws the chat anew with a function that takes conversations over. */
function takeOver(): void {
  const {Firstword, handed} = window as unknown as Kept & {
    Firstword: {init(options: object): unknown; destroy(): void};
  };
  const {init} = Firstword;
  Firstword.destroy();
  const onHandoff = (handoff: Handed) => handed.push(structuredClone(handoff));
  init({endpoint: '/chat', title: 'Help', supportEmail: 'help@shop.example', onHandoff});
}

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('who wants to talk to a person', () => {
    let stage: Awaited<ReturnType<typeof startAloud>>;
    let browser: Borrowed;
    beforeAll(async () => {
      stage = await startAloud();
      browser = await borrowBrowser(engine);
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
    });

    async function open(attributes = ''): Promise<Page> {
      const page = await browser.open(stage.lay({attributes, head: WATCH}));
      onTestFinished(async () => {
        expect(await page.errors()).toEqual([]);
        await page.close();
      });
      return page;
    }

    async function converse(page: Page, question: string, answer: string): Promise<void> {
      await focusOn(page, 'textarea');
      await ask(page, question);
      await stage.speaker.asked();
      stage.speaker.say(answer);
      stage.speaker.end();
      await stands(page, 'complete');
    }

    async function openMenu(page: Page): Promise<void> {
      await shown(page, '.menu > button');
      await clickOn(page, '.menu > button');
      await shown(page, '.items');
    }

    const kept = <K extends 'handed' | 'turns' | 'followed'>(page: Page, name: K) =>
      page.run((name) => (window as unknown as Kept)[name as K] as never, name) as Promise<Kept[K]>;

    test('is led to a mail with what was said, where the site names its address', async () => {
      const page = await open('data-support-email="help@shop.example"');
      await openByKeyboard(page);
      await converse(page, 'How long & wide?', 'It is **thirty** nights.');
      await converse(page, 'And then?', 'We collect it.');
      await openMenu(page);
      expect(await kept(page, 'followed')).toEqual([]);
      await clickOn(page, '.items a');
      const [address = '', ...others] = await kept(page, 'followed');
      expect(others).toEqual([]);
      expect(new URL(address).pathname).toBe('help@shop.example');
      expect([...new URL(address).searchParams]).toEqual([
        [
          'body',
          'You asked: How long & wide?\n\nAnswer: It is **thirty** nights.\n\nYou asked: And then?\n\nAnswer: We collect it.',
        ],
      ]);
      // of a conversation that is too long for an address its end is what counts
      await converse(page, 'All of it?', `${'A line of words. '.repeat(200)}The last line.`);
      if ((await textsOf(page, '.items')).length === 0) await openMenu(page);
      await clickOn(page, '.items a');
      const long = new URL((await kept(page, 'followed')).at(-1) ?? '').searchParams.get('body') ?? '';
      expect(long.length).toBeLessThanOrEqual(1500);
      expect(long).toMatch(/The last line\.$/);
    });

    test('is led to the site’s own page, which is told no word of what was said', async () => {
      const page = await open('data-support-url="/contact?from=chat" data-support-email="help@shop.example"');
      await openByKeyboard(page);
      await converse(page, 'How long?', 'It is thirty nights.');
      await openMenu(page);
      await clickOn(page, '.items a');
      expect(await kept(page, 'followed')).toEqual([new URL('/contact?from=chat', stage.lay()).href]);
    });

    test('is handed over by the page’s own function: everything that was said, and after which turn', async () => {
      const page = await open();
      await shown(page, '[part~=launcher]');
      await page.waitFor(() => 'Firstword' in window && 'init' in (window.Firstword as object));
      await page.run(takeOver);
      await openByKeyboard(page);
      // before anything was asked too
      await page.type(' ');
      await openMenu(page);
      expect(await kept(page, 'handed')).toEqual([]);
      await clickOn(page, '.items button');
      await until(() => kept(page, 'handed')).toEqual([{messages: []}]);
      await until(() => focused(page)).toBe('input');

      stage.speaker.refuse();
      await ask(page, 'How long?');
      await stands(page, 'complete'); // by the way to a person, which is offered instead
      await until(() => textsOf(page, '[part~=answer] .notice button')).toEqual(['Try again', 'Talk to a person']);
      await converse(page, 'How long is it?', 'It is **thirty** nights.');
      await converse(page, 'And then?', 'We collect it.');
      // neither a failure, nor an answer, nor looking at the menu hands anything over
      await openMenu(page);
      expect(await kept(page, 'handed')).toHaveLength(1);
      await clickOn(page, '.items button');
      await until(async () => (await kept(page, 'handed')).length).toBe(2);
      const [, handed] = await kept(page, 'handed');
      expect(handed?.messages.map(({role, text}) => [role, text])).toEqual([
        ['user', 'How long?'],
        ['user', 'How long is it?'],
        ['assistant', 'It is **thirty** nights.'],
        ['user', 'And then?'],
        ['assistant', 'We collect it.'],
      ]);
      expect(new Set(handed?.messages.map(({id}) => id)).size).toBe(5);
      expect(handed?.turnId).toBe((await kept(page, 'turns')).at(-1));
      expect(await kept(page, 'followed')).toEqual([]);
      expect(await textsOf(page, '[part~=question]')).toHaveLength(3);
    });

    test('is offered nothing where the site names nobody', async () => {
      const page = await open();
      await openByKeyboard(page);
      await converse(page, 'How long?', 'It is thirty nights.');
      await openMenu(page);
      expect(await textsOf(page, '.items li')).not.toContain('Talk to a person');
      expect(await textsOf(page, '.items li')).toContain('Start over');
    });
  });
});
