/** @jsxImportSource . */
import type {Answer, Message, Question} from '../chat/index.ts';
import type {View, ViewNode} from './jsx-runtime.ts';
import type {PanelProps, Place} from './parts.ts';

/** What a message is drawn from beside itself. */
type From = Pick<PanelProps, 'words' | 'more'> & {place: Place; verdict: string | undefined};

/**
 * Makes what draws messages. A message of which nothing changed gives the view that it gave before, which costs nothing
 * to draw; one that is over and out of reach stands still, and then nothing is kept of it but its nodes: a drawing costs
 * what changed, not what was said.
 */
export function createMessages({
  chat,
  painting,
  language,
}: Pick<PanelProps, 'chat' | 'painting'> & {language: string | undefined}): (
  message: Message,
  place: Place,
  props: PanelProps,
) => View {
  const known = new WeakMap<Message, {from: From; view: ViewNode}>();
  const latest: {[P in Place]?: From} = {};

  function make({message, words, more, place}: From & {message: Message}): ViewNode {
    const below = more?.below(message, place);
    return (
      <li key={message.id}>
        {message.kind === 'question' ? (
          <QuestionView question={message} words={words} below={below} />
        ) : (
          <AnswerView
            {...{chat, painting, language, words, below}}
            answer={message}
            waited={message.words && more?.sayWait(message.words)}
          />
        )}
      </li>
    ) as ViewNode; // as it is written here
  }
  const remake = ({message, from}: {message: Message; from: From}) => make({message, ...from});

  return (message, place, {words, more}) => {
    const now: From = {words, more, place, verdict: more?.verdict(message.id)};
    const before = known.get(message);
    const from = [before?.from, latest[place], now].find((each) => each && isSame(each, now)) ?? now;
    if (before?.from !== from) {
      latest[place] = from; // most messages are drawn from the same
      const view = make({message, ...from});
      known.set(message, {from, view});
      return view;
    }
    const isOver = message.kind === 'question' || (message.state !== 'waiting' && message.state !== 'streaming');
    if (more && place === 'rest' && isOver && !before.view.still) {
      before.view = {type: 'li', key: message.id, props: {message, from}, still: remake};
    }
    return before.view;
  };
}

const isSame = (one: From, other: From) =>
  one.words === other.words && one.more === other.more && one.place === other.place && one.verdict === other.verdict;

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
function AnswerView({
  chat,
  painting,
  language,
  answer,
  words,
  waited,
  below,
}: Pick<PanelProps, 'chat' | 'painting' | 'words'> & {
  language: string | undefined;
  answer: Answer;
  waited: string | undefined;
  below: View;
}): View {
  const {state, problem} = answer;
  const notice = problem ? (words.problems[problem] ?? words.problems.network) : state === 'stopped' && words.stopped;
  return (
    <div
      part="message answer"
      class="message answer"
      data-state={state}
      data-source={answer.source}
      data-id={answer.id}
    >
      <span class="unseen">{`${words.answer}: `}</span>
      <div class="text" dir="auto" lang={language} ref={painting.onElement(answer)} />
      {(state === 'waiting' || (state === 'streaming' && waited)) && (
        <div part="status" class="dots">
          <span class={waited ? 'doing' : 'unseen'}>{waited ?? words.waiting}</span>
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
