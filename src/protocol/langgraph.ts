import type {CreateAdapter} from './adapter.ts';
import {type At, createAt, isObject, list} from './fields.ts';

/** Where runs are posted, from the server's root on. */
const RUNS_PATH = /(\/threads\/[^/]+)?\/runs\/stream\/?(\?.*)?$/;

/** Takes what a block of text cites, also in Anthropic's words, which LangChain passes on. */
const citations = (block: unknown): readonly unknown[] => {
  const at = createAt(block);
  return [...list(at('annotations')), ...list(at('citations'))];
};

/**
 * Reads events of LangGraph: what AI messages say and cite, tool calls until their messages, nodes that are done as stages, and
 * a stage that a node writes itself (`custom`, in the shape of `data-fw-stage`).
 *
 * Servers that end with `end` are taken at their word. Others just close: that is an end when the node that spoke last
 * has reported that it is done and has called no tool.
 *
 * @see https://langchain-ai.github.io/langgraph/cloud/reference/api/api_ref.html
 */
export const createLangGraph: CreateAdapter = (teller, {endpoint, headers}) => {
  const said = new Map<unknown, string>();
  const calling = new Set<unknown>();
  let messageId: unknown;
  let speaker: unknown; // the node of the last message, if it only speaks
  let isDone = false;

  /** Reads a message that adds to what it said, or one that holds all that it has said so far. */
  function readMessage(at: At, how: 'adds' | 'holds'): void {
    const type = at('type');
    if (type === 'tool') teller.toolEnd(at('tool_call_id'));
    if (type !== 'ai' && type !== 'AIMessageChunk') return;
    const id = at('id');
    if (id !== messageId) teller.part();
    messageId = id;
    teller.cached(at('usage_metadata.input_token_details.cache_read'));
    const content = at('content');
    if (how === 'adds') {
      teller.say(content);
      for (const note of list(content).flatMap(citations)) teller.source(note);
    } else if (typeof content === 'string') {
      teller.say(content.slice(said.get(id)?.length));
      said.set(id, content);
    }
    for (const call of [...list(at('tool_calls')), ...list(at('tool_call_chunks'))]) {
      calling.add(id);
      const called = createAt(call)('id');
      if (called) teller.toolStart(called);
    }
  }

  return {
    read(at, {event}) {
      const [name = ''] = event.split('|');
      switch (name) {
        case 'metadata':
          return teller.begin(at('run_id'));
        case 'messages':
          readMessage(createAt(at('0')), 'adds');
          speaker = calling.has(messageId) ? undefined : at('1.langgraph_node');
          isDone = false;
          return;
        case 'messages/partial':
        case 'messages/complete':
          for (let place = 0; at(`${place}.type`); place++) readMessage(createAt(at(`${place}`)), 'holds');
          return;
        case 'updates': {
          const update = at('');
          for (const node of isObject(update) ? Object.keys(update) : []) {
            isDone ||= node === speaker;
            if (!node.startsWith('__')) teller.tell({kind: 'stage', stage: node, state: 'end'});
          }
          return;
        }
        case 'custom':
          return teller.stage(at);
        case 'error':
          return teller.fail({code: at('error'), message: at('message')});
        case 'end':
          return teller.end();
      }
    },
    close() {
      if (isDone) teller.end();
    },
    resume(lastEventId) {
      const run = headers.get('content-location');
      const path = headers.get('location') ?? (run && `${run}/stream`);
      if (!path || !lastEventId) return;
      // the server names a path of its own, whatever folder a proxy has put it in
      const url = path.startsWith('/') && RUNS_PATH.test(endpoint) ? endpoint.replace(RUNS_PATH, () => path) : path;
      return {kind: 'get', url, lastEventId, replays: 'rest'};
    },
  };
};
