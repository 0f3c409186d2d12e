import type {Component, VNode} from 'preact';
import type {Answer, Question} from '../chat/index.ts';
import type {OnElement} from './painting.ts';
import type {PanelProps} from './parts.ts';

/** What stands below a message, if anything does. */
type Below = VNode | null | undefined;

/** The visitor's own message. */
export function QuestionView({question, words, below}: {question: Question; words: PanelProps['words']; below: Below}) {
  return (
    <>
      <div part="message question" class="message question" data-id={question.id}>
        <span class="unseen">{`${words.you}: `}</span>
        {question.text}
      </div>
      {below}
    </>
  );
}

type AnswerProps = PanelProps & {answer: Answer; below: Below};

/**
 * An answer in any state: waiting, streaming, whole, or ended early with the reason and a way to ask again. Its element
 * is handed to the painting once, which draws the answer's text into it.
 */
export function AnswerView(
  this: Component<AnswerProps> & {onElement?: OnElement},
  {chat, painting, answer, words, below}: AnswerProps,
) {
  this.onElement ??= painting.onElement(answer);
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
      <div class="text" dir="auto" ref={this.onElement} />
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
