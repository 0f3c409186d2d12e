import type {AnswerEvent, StageState} from './events.ts';
import {type At, createAt, list, number, string, word} from './fields.ts';

/** Tells of an answer what protocols say in different words, as events; keeps what one of them depends on. */
export interface Teller {
  /** Takes the events that were told since the last time. */
  take(): AnswerEvent[];
  /** Tells an event as it is. */
  tell(event: AnswerEvent): void;
  /** Tells of the start, once; by the backend's own id and its model. */
  begin(run?: unknown, model?: unknown): void;
  /** Tells of text, or of the texts in a list of content blocks; nothing for what is none. */
  say(content: unknown): void;
  /** Notes that what is said next stands apart from what was said before. */
  part(): void;
  /** Tells of a tool call by its id: all that run at one time are one stage, until the last has ended or text comes. */
  toolStart(id: unknown): void;
  toolEnd(id: unknown, state?: 'end' | 'error'): void;
  /** Tells of a stage in the shape of `data-fw-stage`; nothing when its name or its state is not known. */
  stage(at: At): void;
  /** Tells of a source in an object with `url` and `title`; nothing without an address. */
  source(of: unknown, id?: unknown): void;
  /** Notes how many tokens the model had cached; what is no number changes nothing. */
  cached(count: unknown): void;
  /** Tells of the protocol's own end; a refusal without a word is a failure. */
  end(more?: End): void;
  /** Tells of a failure in the middle, by the object or the words that came with it. */
  fail(cause: unknown): void;
}

/** What a protocol's own end says. */
export interface End {
  how?: 'finish' | 'abort';
  /** Whether the model would not answer. */
  refused?: boolean;
  route?: string | undefined;
  totalMs?: number | undefined;
}

const STAGE_STATES = ['start', 'end', 'timeout', 'error', 'skipped'] as const;

/** Failures that another try may not meet, by the words of the vendors. */
const RETRYABLE = /overload|rate.?limit|timeout|unavailable|server_?error|^(429|5\d\d)$/i;

/** Creates the teller of one answer. What the model says after tools begins a paragraph. */
export function createTeller(): Teller {
  const running = new Set<unknown>();
  let told: AnswerEvent[] = [];
  let begun = false;
  let wordless = true;
  let apart = false;
  let cachedTokens: number | undefined;

  const tell = (event: AnswerEvent) => void told.push(event);
  const tools = (state: StageState) => tell({kind: 'stage', stage: 'tools', state});

  function toolsEnd(): void {
    if (running.size > 0) tools('end');
    running.clear();
  }

  function fail(cause: unknown): void {
    const at = createAt(cause);
    const code = word(at('code')) || word(at('type')) || word(at('error')) || 'server';
    tell({kind: 'error', code, message: string(at('message') ?? cause), retryable: RETRYABLE.test(code)});
    tell({kind: 'end', how: 'error'});
  }

  return {
    take() {
      const events = told;
      told = [];
      return events;
    },
    tell,
    begin(run, model) {
      if (!begun) tell({kind: 'start', run: string(run), model: string(model)});
      begun = true;
    },
    say(content) {
      const text =
        string(content) ??
        list(content)
          .map((block) => string(createAt(block)('text')) ?? '')
          .join('');
      if (!text) return;
      toolsEnd();
      tell({kind: 'text', text: apart && !wordless ? `\n\n${text}` : text});
      wordless = apart = false;
    },
    part() {
      apart = true;
    },
    toolStart(id) {
      apart = true;
      if (running.size === 0) tools('start');
      running.add(id);
    },
    toolEnd(id, state = 'end') {
      if (running.delete(id) && running.size === 0) tools(state);
    },
    stage(at) {
      const stage = string(at('stage'));
      const state = STAGE_STATES.find((known) => known === at('state'));
      if (!stage || !state) return;
      tell({
        kind: 'stage',
        stage,
        state,
        ms: number(at('ms')),
        budgetMs: number(at('budgetMs')),
        atMs: number(at('atMs')),
        hit: at('hit') === true,
        label: string(at('label')),
      });
    },
    source(of, id) {
      const at = createAt(of);
      const url = string(at('url'));
      if (url !== undefined) tell({kind: 'source', url, id: string(id) ?? url, title: string(at('title'))});
    },
    cached(count) {
      cachedTokens = number(count) ?? cachedTokens;
    },
    end({how = 'finish', refused = false, ...more} = {}) {
      toolsEnd();
      if (refused && wordless) fail({code: 'refused'});
      else tell({kind: 'end', how, ...more, cachedTokens});
    },
    fail,
  };
}
