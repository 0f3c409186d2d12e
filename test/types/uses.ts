// What somebody who has installed the package writes, right and wrong: each wrong line must be an error for its reason.
import {type EventName, type FirstwordApi, type Handoff, type MountOptions, mount, type Said} from 'firstword';
import type {percentile} from 'firstword/latency';
import type {createRenderer, Renderer} from 'firstword/markdown';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes only a type that is true. */
export function is<T extends true>(): T | undefined {
  return undefined;
}

is<Same<ReturnType<typeof mount>, FirstwordApi | undefined>>();
is<Same<Handoff['messages'], readonly Said[]>>();
is<Same<ReturnType<typeof createRenderer>, Renderer>>();
is<Same<ReturnType<typeof percentile>, number | undefined>>();
is<Same<HTMLElementTagNameMap['firstword-chat']['chat'], FirstwordApi | undefined>>();
is<'firsttoken' extends EventName ? true : false>();

/** Every option that has a form of its own. */
export const options: MountOptions = {
  endpoint: '/chat',
  launcher: undefined,
  suggestions: ['Do you ship?'],
  zIndex: 5,
  rumSample: 0.5,
  context: {product: 7},
  budget: 'first-token=800ms complete=4s@p95',
  deadline: 'soft=1s first=3s',
  hedge: '800ms',
  position: 'top-left',
  onHandoff({messages, turnId}) {
    is<Same<(typeof messages)[number]['role'], 'user' | 'assistant'>>();
    is<Same<typeof turnId, string | undefined>>();
  },
};
export const optionsWithTimes: MountOptions[] = [
  {endpoint: '/chat', hedge: 800},
  {endpoint: '/chat', hedge: 'auto'},
  {endpoint: '/chat', hedge: '1.5s'},
];

const chat = mount(options);
chat?.on('firsttoken', ({ms}) => is<Same<typeof ms, number>>());
chat?.on('turn', ({outcome, t}) => [outcome, t.token]);
chat?.on('error', ({problem}) => problem === 'offline');
chat?.on('open', () => {})();
document.querySelector('firstword-chat')?.chat?.open();

// @ts-expect-error: an option that does not exist
mount({endpoint: '/chat', launch: true});
// @ts-expect-error: no endpoint
mount({title: 'Help'});
// @ts-expect-error: a budget is a text with names and times
mount({endpoint: '/chat', budget: 800});
// @ts-expect-error: a budget names what it limits
mount({endpoint: '/chat', budget: '800ms'});
// @ts-expect-error: a time has a unit that is known
mount({endpoint: '/chat', hedge: '2 minutes'});
// @ts-expect-error: no such corner
mount({endpoint: '/chat', position: 'bottom'});
// @ts-expect-error: a list is an array
mount({endpoint: '/chat', suggestions: 'One|Two'});
// @ts-expect-error: a number is no text
mount({endpoint: '/chat', zIndex: '5'});
// @ts-expect-error: what takes over is a function
mount({endpoint: '/chat', onHandoff: 'yes'});
// @ts-expect-error: there may be no chat
mount({endpoint: '/chat'}).open();
// @ts-expect-error: no such event
chat?.on('firstToken', () => {});
// @ts-expect-error: an event carries no text
chat?.on('send', ({text}) => text);
// @ts-expect-error: the answer to a question of consent is one of two
chat?.consent('maybe');
