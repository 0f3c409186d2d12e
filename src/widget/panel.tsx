import type {Component, RefObject, VNode} from 'preact';
import type {Chat, Message} from '../chat/index.ts';
import type {Options} from '../options/index.ts';
import {Composer} from './composer.tsx';
import {AnswerView, QuestionView, startOf} from './message.tsx';
import type {Painting} from './painting.ts';
import type {Words} from './words/en.ts';

/** What the panel is drawn from, beside the chat's state. */
export interface PanelProps {
  chat: Chat;
  painting: Painting;
  options: Options;
  words: Words;
  input: RefObject<HTMLTextAreaElement | null>;
  onClose: () => void;
  onForget: () => void;
}

/**
 * Makes the function that draws the conversation with its header and composer. A message that has not changed keeps
 * its node, so a drawing costs what changed, not what was said.
 *
 * @returns A function of the words that a screen reader shall speak now.
 */
export function createPanelView(props: PanelProps): (announce: string) => VNode {
  const {chat, options, words, input} = props;
  const title = options.title ?? words.title;

  function ask(suggestion: string, event: Event): void {
    chat.send(suggestion, startOf(event));
    input.current?.focus();
  }

  return (announce) => {
    const {messages, busy} = chat.state();
    return (
      <section
        part="panel"
        class="panel"
        role="dialog"
        aria-label={title}
        data-theme={options.theme}
        onKeyDown={(event) => {
          event.stopPropagation(); // a shop's shortcuts are not meant while somebody writes here
          if (event.key === 'Escape') props.onClose();
        }}
      >
        <header part="header" class="header">
          <h2 part="title">{title}</h2>
          {messages.length > 0 && (
            <IconButton label={words.startOver} path="M5 12a7 7 0 1 0 2-4.900M5 4v4h4" onClick={props.onForget} />
          )}
          {!options.container && (
            <IconButton part="close" label={words.close} path="m6 6 12 12M18 6 6 18" onClick={props.onClose} />
          )}
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <div part="log" class="log" role="log" aria-live="off" aria-label={words.log} aria-busy={busy} tabIndex={0}>
          <div class="messages">
            <p class="greeting" dir="auto">
              {options.greeting ?? words.greeting}
            </p>
            {Array.from({length: Math.ceil(messages.length / STRETCH_COUNT)}, (_, at) => (
              <StretchView
                key={at}
                {...props}
                messages={messages.slice(at * STRETCH_COUNT, (at + 1) * STRETCH_COUNT)}
              />
            ))}
          </div>
        </div>
        {messages.length === 0 && options.suggestions.length > 0 && (
          <ul part="suggestions" class="suggestions" aria-label={words.suggestions}>
            {options.suggestions.map((suggestion) => (
              <li key={suggestion}>
                <button type="button" part="suggestion" dir="auto" onClick={(event) => ask(suggestion, event)}>
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
        <p class="unseen" role="status">
          {announce}
        </p>
      </section>
    );
  };
}

type StretchProps = PanelProps & {messages: readonly Message[]};

/** How many messages are drawn as one: what of them did not change and is scrolled away costs nothing. */
const STRETCH_COUNT = 10;

/** Draws some messages that follow one another. */
function StretchView(this: Component<StretchProps>, {messages, chat, painting, words}: StretchProps) {
  this.shouldComponentUpdate = (next) => next.messages.some((message, at) => message !== this.props.messages[at]);
  return (
    <div class="stretch">
      {messages.map((message) =>
        message.kind === 'question' ? (
          <QuestionView key={message.id} question={message} words={words} />
        ) : (
          <AnswerView key={message.id} chat={chat} painting={painting} answer={message} words={words} />
        ),
      )}
    </div>
  );
}

function IconButton(props: {label: string; path: string; part?: string; onClick: () => void}) {
  const {label, path, part, onClick} = props;
  return (
    <button type="button" part={part} class="icon" aria-label={label} title={label} onClick={onClick}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
