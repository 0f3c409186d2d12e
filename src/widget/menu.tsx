/** @jsxImportSource . */
import type {Contact} from './contact.tsx';
import {IconButton} from './icon-button.tsx';
import type {More, MoreParts} from './parts.ts';

/** Draws what can be done with the whole conversation: begin anew, erase, copy it, take it to a person. */
export function createMenu(parts: MoreParts & {say: (text: string) => void; contact: Contact}): Pick<More, 'header'> {
  const {chat, box, words, field, contact, draw, say, signal} = parts;
  let isOpen = false;

  function toggle(): void {
    isOpen = !isOpen;
    draw();
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
        contact.view(
          contact.transcript,
          pick(() => undefined),
        ),
        asked && (
          <button type="button" onClick={pick(forget)}>
            {words.startOver}
          </button>
        ),
        asked && navigator.clipboard && (
          <button
            type="button"
            onClick={pick(() => {
              navigator.clipboard.writeText(contact.transcript()).then(
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
