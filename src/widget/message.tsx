/** @jsxImportSource . */
import type {Answer, Message, Question} from '../chat/index.ts';
import type {View} from './jsx-runtime.ts';
import type {PanelProps, Place} from './parts.ts';

/**
 * Makes what draws messages. A message of which nothing changed gives the view that it gave before, which costs nothing
 * to draw: a drawing costs what changed, not what was said.
 */
export function createMessages(): (message: Message, place: Place, props: PanelProps) => View {
  const known = new WeakMap<Message, {from: readonly unknown[]; view: View}>();
  return (message, place, props) => {
    const {more, words} = props;
    const from = [words, more, place, more?.verdict(message.id)];
    const before = known.get(message);
    if (before?.from.every((each, at) => each === from[at])) return before.view;
    const below = more?.below(message, place);
    const view = (
      <li key={message.id}>
        {message.kind === 'question' ? (
          <QuestionView question={message} words={words} below={below} />
        ) : (
          <AnswerView {...props} answer={message} below={below} />
        )}
      </li>
    );
    known.set(message, {from, view});
    return view;
  };
}

/** The visitor's own message. */
function QuestionView({question, words, below}: {question: Question; words: PanelProps['words']; below: View}): View {
  return [
    <div key="own" part="message question" class="message question" data-id={question.id}>
      <span class="unseen">{`${words.you}: `}</span>
      {question.text}
    </div>,
    below,
  ];
}

/**
 * An answer in any state: waiting, streaming, whole, or ended early with the reason and a way to ask again. Its element
 * is handed to the painting once, which draws the answer's text into it.
 */
function AnswerView({chat, painting, answer, words, below}: PanelProps & {answer: Answer; below: View}): View {
  const {state, problem} = answer;
  const notice = problem ? (words.problems[problem] ?? words.problems.network) : state === 'stopped' && words.stopped;
  const {label, stage} = answer.doing ?? {};
  const doing = label ?? (stage && words.stages?.[stage]);
  return (
    <div
      part="message answer"
      class="message answer"
      data-state={state}
      data-source={answer.source}
      data-id={answer.id}
    >
      <span class="unseen">{`${words.answer}: `}</span>
      <div class="text" dir="auto" ref={painting.onElement(answer)} />
      {state === 'waiting' && (
        <div part="status" class="dots">
          <span class={doing ? 'doing' : 'unseen'}>{doing ?? words.waiting}</span>
        </div>
      )}
      {notice && (
        <p part="notice" class="notice">
          <span>{notice}</span>
          <button type="button" part="retry" class="plain" onClick={(event) => chat.retry(answer.id, startOf(event))}>
            {words.retry}
          </button>
        </p>
      )}
      {below}
    </div>
  );
}

/** When the visitor's own event happened, in ms of the page's clock: input delay counts. */
export function startOf(event: Event): number {
  const nowMs = performance.now();
  const {timeStamp} = event;
  return timeStamp > 0 && timeStamp <= nowMs ? timeStamp : nowMs;
}
