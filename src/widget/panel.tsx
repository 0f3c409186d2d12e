/** @jsxImportSource . */
import {Composer} from './composer.tsx';
import type {View} from './jsx-runtime.ts';
import {type createMessages, startOf} from './message.tsx';
import type {PanelProps} from './parts.ts';

/** How many messages are drawn as one: those that are scrolled away cost nothing. */
const STRETCH_COUNT = 10;

/** Draws the conversation with its header and composer. */
export function drawPanel(props: PanelProps & {drawMessage: ReturnType<typeof createMessages>}): View {
  const {chat, options, words, more, field, drawMessage} = props;
  const {messages, busy, foreseen} = chat.state();
  const title = options.title ?? words.title;

  const views = messages.map((message, at) => {
    const isChosen = message.id === more?.chosenId();
    const place = at >= messages.length - 2 ? 'newest' : isChosen ? 'chosen' : 'rest';
    return drawMessage(message, place, props);
  });

  function ask(suggestion: string, event: Event): void {
    chat.send(suggestion, startOf(event));
    field.box?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what bubbles up from what is in it
    <div
      part="panel"
      class="panel"
      dir={words.dir}
      onKeyDown={(event) => {
        event.stopPropagation(); // a shop's shortcuts are not meant while somebody writes here
        if (event.key === 'Escape' && !event.isComposing) props.onClose();
      }}
    >
      <header part="header" class="header">
        <h2 part="title">{title}</h2>
        {more?.header()}
        {!options.container && (
          <button type="button" part="close" class="icon" aria-label={words.close} onClick={props.onClose}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="m6 6 12 12M18 6 6 18" />
            </svg>
          </button>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section part="log" class="log" aria-label={words.log} tabIndex={0}>
        <div class="messages">
          <p class="greeting" dir="auto">
            {options.greeting ?? words.greeting}
          </p>
          {Array.from({length: Math.ceil(messages.length / STRETCH_COUNT)}, (_, at) => (
            <ol key={at} class="stretch">
              {views.slice(at * STRETCH_COUNT, (at + 1) * STRETCH_COUNT)}
            </ol>
          ))}
        </div>
      </section>
      {more?.above()}
      {messages.length === 0 && foreseen.length === 0 && options.suggestions.length > 0 && (
        <ul part="suggestions" class="suggestions" aria-label={words.suggestions}>
          {options.suggestions.map((suggestion) => (
            <li key={suggestion}>
              <button
                type="button"
                part="suggestion"
                class="plain"
                dir="auto"
                onClick={(event) => ask(suggestion, event)}
              >
                {suggestion}
              </button>
            </li>
          ))}
        </ul>
      )}
      <Composer
        chat={chat}
        words={words}
        busy={busy}
        placeholder={options.placeholder ?? words.placeholder}
        field={field}
        more={more}
      />
      {options.disclaimer && (
        <p class="disclaimer" dir="auto">
          {options.disclaimer}
        </p>
      )}
    </div>
  );
}
