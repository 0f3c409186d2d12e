import type {FirstwordApi} from '../chat/index.ts';
import {startChat} from './mount.ts';

/** The one tag that chats of a page have, whoever made them. */
const TAG = 'firstword-chat';

/** Attributes that elements have for other reasons than ours. */
const NO_OPTION =
  /^(class|dir|exportparts|hidden|id|inert|inline|is|nonce|part|role|slot|style|tabindex|(aria|data)-.*|on.*|.*[^a-z-].*)$/;

/** `<firstword-chat endpoint="/chat">`: a chat that stands on the page for as long as its element does. */
export interface FirstwordElement extends HTMLElement {
  /** The chat, from when the element was connected until it is removed; undefined when none could be started. */
  readonly chat: FirstwordApi | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'firstword-chat': FirstwordElement;
  }
}

/**
 * Makes `<firstword-chat>` known to the page, unless it is already. Where there is no page it does nothing.
 *
 * The element's attributes are the options, in kebab-case. They are read when it is connected: a change after that
 * holds once the element is removed and put back. Moving it keeps the chat as it is.
 */
export function defineElement(): void {
  if (typeof customElements === 'undefined' || customElements.get(TAG)) return;
  customElements.define(
    TAG,
    class extends HTMLElement implements FirstwordElement {
      #chat: FirstwordApi | undefined;
      #isOurs = false;

      get chat(): FirstwordApi | undefined {
        return this.#chat;
      }

      connectedCallback(): void {
        const isHost = this.shadowRoot && !this.#isOurs; // made by mount() or the script tag
        if (this.#chat || isHost) return;
        this.#isOurs = true;
        this.#chat = startChat(readOptions(this), this);
      }

      disconnectedCallback(): void {
        if (this.isConnected || !this.#isOurs) return; // moved
        const chat = this.#chat;
        this.#chat = undefined;
        chat?.destroy();
        this.shadowRoot?.replaceChildren();
        this.removeAttribute('inline');
      }

      /** Gives the root of an earlier connection again: an element can get only one. */
      override attachShadow(init: ShadowRootInit): ShadowRoot {
        return this.shadowRoot ?? super.attachShadow(init);
      }
    },
  );
}

function readOptions({attributes}: Element): Record<string, string> {
  const own = [...attributes].filter(({name}) => !NO_OPTION.test(name));
  return Object.fromEntries(own.map(({name, value}) => [camel(name), value]));
}

const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
