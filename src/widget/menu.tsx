/** @jsxImportSource . */
import type {Handoff} from '../chat/index.ts';
import {IconButton} from './icon-button.tsx';
import type {View} from './jsx-runtime.ts';
import type {More, MoreParts} from './parts.ts';

/** The most of a conversation that goes into a mail, in characters: longer addresses do not open everywhere. */
const MAIL_CHARS = 1500;

/** Draws what can be done with the whole conversation: begin anew, erase, copy it, take it to a person. */
export function createMenu(parts: MoreParts & {say: (text: string) => void}): Pick<More, 'header'> {
  const {chat, box, options, words, measure, field, draw, say, signal} = parts;
  const onHandoff = parts.given.get('onHandoff');
  let isOpen = false;

  function toggle(): void {
    isOpen = !isOpen;
    draw();
  }

  function conversation(): Handoff {
    const {messages} = chat.state();
    const last = messages.findLast((message) => message.kind === 'answer');
    return {
      messages: messages.flatMap(({kind, id, text}) =>
        text ? [{role: kind === 'question' ? ('user' as const) : ('assistant' as const), id, text}] : [],
      ),
      turnId: last?.turnId,
    };
  }

  const transcript = () =>
    conversation()
      .messages.map(({role, text}) => `${role === 'user' ? words.you : words.answer}: ${text}`)
      .join('\n\n');

  function handOver(): void {
    measure.then(
      (measured) => measured.endTask(),
      () => undefined, // told already
    );
    if (typeof onHandoff === 'function') onHandoff(conversation());
  }

  /** Does what an item says and puts the focus where the visitor goes on. */
  const pick = (work: () => void) => () => {
    work();
    isOpen = false;
    draw();
    field.box?.focus();
  };

  function forget(): void {
    chat.forget();
    field.write('');
  }

  const contactUrl = () =>
    options.supportUrl ??
    (options.supportEmail &&
      `mailto:${options.supportEmail}?body=${encodeURIComponent(transcript().slice(-MAIL_CHARS))}`);

  function contact(): View {
    if (typeof onHandoff === 'function') {
      return (
        <button type="button" onClick={pick(handOver)}>
          {words.contact}
        </button>
      );
    }
    const href = contactUrl();
    return href ? (
      <a href={href} target="_blank" rel="noopener" onClick={handOver}>
        {words.contact}
      </a>
    ) : null;
  }

  // its own items go without a word of where the focus goes
  box.addEventListener(
    'focusout',
    ({target, relatedTarget}) => {
      const menu = isOpen && target instanceof Element && target.closest('.menu');
      if (menu && relatedTarget instanceof Node && !menu.contains(relatedTarget)) toggle();
    },
    {signal},
  );

  return {
    header() {
      const asked = chat.state().messages.length > 0;
      const items = [
        contact(),
        asked && (
          <button type="button" onClick={pick(forget)}>
            {words.startOver}
          </button>
        ),
        asked && navigator.clipboard && (
          <button
            type="button"
            onClick={pick(() => {
              navigator.clipboard.writeText(transcript()).then(
                () => say(words.copied),
                () => undefined, // refused by the page's policy: the words can still be selected
              );
            })}
          >
            {words.copyAll}
          </button>
        ),
        <button
          key="forget"
          type="button"
          onClick={pick(() => {
            forget();
            say(words.forgotten);
          })}
        >
          {words.forget}
        </button>,
      ];
      return (
        // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what bubbles up from its buttons
        <div
          class="menu"
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || !isOpen) return;
            event.stopPropagation(); // it closes the menu, not the panel
            event.preventDefault();
            box.querySelector<HTMLElement>('.menu button')?.focus();
            toggle();
          }}
        >
          <IconButton label={words.menu} path="M12 6v.01M12 12v.01M12 18v.01" expanded={isOpen} onClick={toggle} />
          {isOpen && <ul class="items">{items.map((item, at) => item && <li key={at}>{item}</li>)}</ul>}
        </div>
      );
    },
  };
}
