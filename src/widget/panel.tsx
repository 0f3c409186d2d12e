import type {Component, VNode} from 'preact';
import type {Message} from '../chat/index.ts';
import {Composer} from './composer.tsx';
import {AnswerView, QuestionView, startOf} from './message.tsx';
import type {PanelProps} from './parts.ts';

/**
 * Draws the conversation with its header and composer. A message that has not changed keeps its node, so a drawing
 * costs what changed, not what was said.
 */
export function drawPanel(props: PanelProps): VNode {
  const {chat, options, words, more, input} = props;
  const {messages, busy} = chat.state();
  const title = options.title ?? words.title;

  function ask(suggestion: string, event: Event): void {
    chat.send(suggestion, startOf(event));
    input.current?.focus();
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
          {Array.from({length: Math.ceil(messages.length / STRETCH_COUNT)}, (_, at) => {
            const stretch = messages.slice(at * STRETCH_COUNT, (at + 1) * STRETCH_COUNT);
            const chosen = stretch.find(({id}) => id === more?.chosenId())?.id;
            const newest = (at + 1) * STRETCH_COUNT >= messages.length ? stretch.length - 2 : STRETCH_COUNT;
            return <StretchView key={at} {...props} {...{stretch, chosen, newest}} />;
          })}
        </div>
      </section>
      {more?.above()}
      {messages.length === 0 && options.suggestions.length > 0 && (
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
        input={input}
      />
      {options.disclaimer && (
        <p class="disclaimer" dir="auto">
          {options.disclaimer}
        </p>
      )}
    </div>
  );
}

/** Some messages that follow one another; from the place `newest` on they are the newest of all. */
type StretchProps = PanelProps & {stretch: readonly Message[]; chosen: string | undefined; newest: number};

/** How many messages are drawn as one: what of them did not change and is scrolled away costs nothing. */
const STRETCH_COUNT = 10;

/** Draws some messages that follow one another. */
function StretchView(this: Component<StretchProps>, props: StretchProps) {
  this.shouldComponentUpdate = (next) =>
    next.more !== this.props.more ||
    next.words !== this.props.words ||
    next.chosen !== this.props.chosen ||
    next.newest !== this.props.newest ||
    next.stretch.some((message, at) => message !== this.props.stretch[at]);
  return (
    <div class="stretch">
      {props.stretch.map((message, at) => {
        const below = props.more?.below(message, at >= props.newest || message.id === props.chosen);
        return message.kind === 'question' ? (
          <QuestionView key={message.id} question={message} words={props.words} below={below} />
        ) : (
          <AnswerView key={message.id} {...props} answer={message} below={below} />
        );
      })}
    </div>
  );
}
