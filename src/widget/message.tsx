import type {Component} from 'preact';
import type {Answer, Chat, Question} from '../chat/index.ts';
import type {OnElement, Painting} from './painting.ts';
import type {Words} from './words/en.ts';

/** The visitor's own message. */
export function QuestionView({question, words}: {question: Question; words: Words}) {
  return (
    <div part="message question" class="message question" dir="auto">
      <span class="unseen">{`${words.you}: `}</span>
      {question.text}
    </div>
  );
}

interface AnswerProps {
  chat: Chat;
  painting: Painting;
  answer: Answer;
  words: Words;
}

/**
 * An answer in any state: waiting, streaming, whole, or ended early with the reason and a way to ask again. Its element
 * is handed to the painting once, which draws the answer's text into it.
 */
export function AnswerView(
  this: Component<AnswerProps> & {onElement?: OnElement},
  {chat, painting, answer, words}: AnswerProps,
) {
  this.onElement ??= painting.onElement(answer);
  const {state, problem} = answer;
  const notice = problem ? words.problems[problem] : state === 'stopped' ? words.stopped : '';
  return (
    <div part="message answer" class="message answer" data-state={state} data-source={answer.source}>
      <span class="unseen">{`${words.answer}: `}</span>
      <div class="text" dir="auto" ref={this.onElement} />
      {state === 'waiting' && (
        <div part="status" class="dots" role="img" aria-label={words.waiting}>
          <i />
          <i />
          <i />
        </div>
      )}
      {answer.sources.length > 0 && state !== 'streaming' && (
        <ul class="sources" aria-label={words.sources}>
          {answer.sources.map((source) => (
            <li key={source.id}>
              <SourceView url={source.url} title={source.title} />
            </li>
          ))}
        </ul>
      )}
      {notice && (
        <p part="notice" class="notice">
          <span>{notice}</span>
          <button type="button" part="retry" class="plain" onClick={(event) => chat.retry(answer.id, startOf(event))}>
            {words.retry}
          </button>
        </p>
      )}
    </div>
  );
}

/** When the visitor's own event happened, in ms of the page's clock: input delay counts. */
export function startOf(event: Event): number {
  const nowMs = performance.now();
  const {timeStamp} = event;
  return timeStamp > 0 && timeStamp <= nowMs ? timeStamp : nowMs;
}

function SourceView({url, title}: {url: string; title: string | undefined}) {
  const href = sameSite(url);
  const label = title ?? url;
  return href ? (
    <a
      part="source"
      class="plain"
      href={href}
      rel="noopener noreferrer nofollow ugc"
      referrerpolicy="no-referrer"
      target="_blank"
    >
      {label}
    </a>
  ) : (
    <span part="source" class="plain">
      {label}
    </span>
  );
}

/** Answers are untrusted: only addresses on the page's own host become links. */
function sameSite(raw: string): string | undefined {
  try {
    const {protocol, host, href, username} = new URL(raw, document.baseURI);
    return /^https?:$/.test(protocol) && host === location.host && !username ? href : undefined;
  } catch {
    return undefined; // no address: its words are shown
  }
}
