import type {Protocol} from '../../src/latency/index.ts';
import type {WireEvent} from '../../src/protocol/index.ts';
import {bare, named} from './reading.ts';

/** One whole answer in one protocol, as its vendor's own packages make or take it (test/vendor). */
export interface Fixture {
  protocol: Protocol;
  contentType: string;
  events: WireEvent[];
  text: string;
  stages: string[];
  sources: string[];
  /** What its first and its last event become. */
  first: object;
  last: object;
}

const SSE = 'text/event-stream';
const typed = (data: {type: string; [name: string]: unknown}): WireEvent => named(data.type, data);
const chunk = (delta: object, finish_reason: string | null = null) =>
  bare({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'small',
    choices: [{index: 0, delta, finish_reason}],
  });
const SOURCE = {url: 'https://shop.example/', title: 'Shop'};
const RESPONSE = {id: 'resp_1', object: 'response', model: 'small'};

/** An answer of each protocol with all that it can tell: text around a tool call, a source and the usage. */
export const FIXTURES: readonly Fixture[] = [
  {
    protocol: 'ai-sdk',
    contentType: SSE,
    events: [
      bare({type: 'start', messageId: 'a1'}),
      bare({type: 'start-step'}),
      bare({type: 'text-start', id: '1'}),
      bare({type: 'text-delta', id: '1', delta: 'One moment.'}),
      bare({type: 'text-end', id: '1'}),
      bare({type: 'tool-input-start', toolCallId: 'c1', toolName: 'stock'}),
      bare({type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '{}'}),
      bare({type: 'tool-input-available', toolCallId: 'c1', toolName: 'stock', input: {}}),
      bare({type: 'tool-output-available', toolCallId: 'c1', output: 'half', preliminary: true}),
      bare({type: 'tool-output-available', toolCallId: 'c1', output: 'there'}),
      bare({type: 'finish-step'}),
      bare({type: 'start-step'}),
      bare({type: 'source-url', sourceId: 's1', ...SOURCE}),
      bare({type: 'reasoning-delta', id: 'r', delta: 'hm'}),
      bare({type: 'text-delta', id: '2', delta: 'Yes. 📦'}),
      bare({type: 'finish-step'}),
      bare({type: 'finish', finishReason: 'stop', messageMetadata: {usage: {inputTokenDetails: {cacheReadTokens: 4}}}}),
      bare('[DONE]'),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: [
      ...['model start', 'model end', 'generate start', 'tools start', 'tools end', 'generate end'],
      ...['model start', 'model end', 'generate start', 'generate end'],
    ],
    sources: [SOURCE.url],
    first: {kind: 'start'},
    last: {kind: 'end', how: 'finish', cachedTokens: 4},
  },
  {
    protocol: 'ag-ui',
    contentType: SSE,
    events: [
      bare({type: 'RUN_STARTED', threadId: 't1', runId: 'r1'}),
      bare({type: 'STEP_STARTED', stepName: 'retrieval'}),
      bare({type: 'STEP_FINISHED', stepName: 'retrieval'}),
      bare({type: 'TEXT_MESSAGE_START', messageId: 'm1', role: 'assistant'}),
      bare({type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: 'One moment.'}),
      bare({type: 'TEXT_MESSAGE_END', messageId: 'm1'}),
      bare({type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'stock'}),
      bare({type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{}'}),
      bare({type: 'TOOL_CALL_END', toolCallId: 'c1'}),
      bare({type: 'TOOL_CALL_RESULT', messageId: 'm2', toolCallId: 'c1', content: 'there'}),
      bare({type: 'TEXT_MESSAGE_CHUNK', messageId: 'm3', role: 'assistant', delta: 'Yes. '}),
      bare({type: 'TEXT_MESSAGE_CHUNK', delta: '📦'}),
      bare({type: 'RUN_FINISHED', threadId: 't1', runId: 'r1', usage: [{cachedInputTokens: 4}, {inputTokens: 2}]}),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: ['retrieval start', 'retrieval end', 'tools start', 'tools end'],
    sources: [],
    first: {kind: 'start', run: 'r1'},
    last: {kind: 'end', how: 'finish', cachedTokens: 4},
  },
  {
    protocol: 'openai',
    contentType: SSE,
    events: [
      chunk({role: 'assistant', content: '', refusal: null}),
      chunk({content: 'One moment.'}),
      chunk({tool_calls: [{index: 0, id: 'c1', type: 'function', function: {name: 'stock', arguments: ''}}]}),
      chunk({tool_calls: [{index: 0, function: {arguments: '{}'}}]}),
      chunk({}, 'tool_calls'),
      chunk({content: 'Yes. 📦'}),
      chunk({annotations: [{type: 'url_citation', url_citation: SOURCE}]}),
      chunk({}, 'stop'),
      bare({id: 'chatcmpl-1', model: 'small', choices: [], usage: {prompt_tokens_details: {cached_tokens: 4}}}),
      bare('[DONE]'),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: ['tools start', 'tools end'],
    sources: [SOURCE.url],
    first: {kind: 'start', run: 'chatcmpl-1', model: 'small'},
    last: {kind: 'end', how: 'finish', cachedTokens: 4},
  },
  {
    protocol: 'openai-responses',
    contentType: SSE,
    events: [
      typed({type: 'response.created', response: RESPONSE}),
      typed({type: 'response.output_text.delta', output_index: 0, delta: 'One moment.'}),
      typed({type: 'response.output_item.added', output_index: 1, item: {type: 'web_search_call', id: 'i1'}}),
      typed({type: 'response.output_item.done', output_index: 1, item: {type: 'web_search_call', id: 'i1'}}),
      typed({type: 'response.output_item.added', output_index: 2, item: {type: 'message', id: 'i2'}}),
      typed({type: 'response.output_text.delta', output_index: 2, delta: 'Yes. 📦'}),
      typed({
        type: 'response.output_text.annotation.added',
        output_index: 2,
        annotation: {type: 'url_citation', ...SOURCE},
      }),
      typed({type: 'response.output_item.done', output_index: 2, item: {type: 'message', id: 'i2'}}),
      typed({
        type: 'response.completed',
        response: {...RESPONSE, usage: {input_tokens_details: {cached_tokens: 4}}},
      }),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: ['tools start', 'tools end'],
    sources: [SOURCE.url],
    first: {kind: 'start', run: 'resp_1', model: 'small'},
    last: {kind: 'end', how: 'finish', cachedTokens: 4},
  },
  {
    protocol: 'anthropic',
    contentType: SSE,
    events: [
      typed({type: 'message_start', message: {id: 'msg_1', model: 'small', usage: {cache_read_input_tokens: 4}}}),
      typed({type: 'ping'}),
      typed({type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}}),
      typed({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: 'One moment.'}}),
      typed({type: 'content_block_stop', index: 0}),
      typed({type: 'content_block_start', index: 1, content_block: {type: 'server_tool_use', id: 'c1', input: {}}}),
      typed({type: 'content_block_delta', index: 1, delta: {type: 'input_json_delta', partial_json: '{}'}}),
      typed({
        type: 'content_block_start',
        index: 2,
        content_block: {type: 'web_search_tool_result', tool_use_id: 'c1'},
      }),
      typed({type: 'content_block_delta', index: 3, delta: {type: 'text_delta', text: 'Yes. 📦'}}),
      typed({type: 'content_block_delta', index: 3, delta: {type: 'citations_delta', citation: SOURCE}}),
      typed({type: 'message_delta', delta: {stop_reason: 'end_turn'}, usage: {output_tokens: 9}}),
      typed({type: 'message_stop'}),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: ['tools start', 'tools end'],
    sources: [SOURCE.url],
    first: {kind: 'start', run: 'msg_1', model: 'small'},
    last: {kind: 'end', how: 'finish', cachedTokens: 4},
  },
  {
    protocol: 'langgraph',
    contentType: SSE,
    events: [
      named('metadata', {run_id: 'run-1', attempt: 1}, '0'),
      named('custom', {stage: 'retrieval', state: 'end', ms: 12}, '1'),
      named('messages', [{type: 'AIMessageChunk', id: 'm1', content: 'One '}, {langgraph_node: 'agent'}], '2'),
      named('messages|sub:1', [{type: 'AIMessageChunk', id: 'm1', content: 'moment.'}, {langgraph_node: 'agent'}], '3'),
      named(
        'messages',
        [
          {type: 'AIMessageChunk', id: 'm1', content: '', tool_call_chunks: [{id: 'c1', index: 0}]},
          {langgraph_node: 'agent'},
        ],
        '4',
      ),
      named('updates', {agent: {messages: []}}, '5'),
      named('messages', [{type: 'tool', tool_call_id: 'c1', content: 'there'}, {langgraph_node: 'tools'}], '6'),
      named('updates', {tools: {messages: []}, __interrupt__: []}, '7'),
      named(
        'messages',
        [
          {
            type: 'ai',
            id: 'm2',
            content: [{type: 'text', text: 'Yes. 📦', annotations: [{type: 'citation', ...SOURCE}]}],
            usage_metadata: {input_token_details: {cache_read: 4}},
          },
          {langgraph_node: 'agent'},
        ],
        '8',
      ),
      named('end', null, '9'),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: ['retrieval end', 'tools start', 'agent end', 'tools end', 'tools end'],
    sources: [SOURCE.url],
    first: {kind: 'start', run: 'run-1'},
    last: {kind: 'end', how: 'finish', cachedTokens: 4},
  },
  {
    protocol: 'ollama',
    contentType: 'application/x-ndjson',
    events: [
      bare({model: 'small', message: {role: 'assistant', content: 'One moment.'}, done: false}),
      bare({model: 'small', message: {content: '', tool_calls: [{function: {name: 'stock'}}]}, done: false}),
      bare({model: 'small', message: {content: 'Yes. 📦'}, done: false}),
      bare({
        model: 'small',
        message: {content: ''},
        done: true,
        total_duration: 900e6,
        load_duration: 100e6,
        prompt_eval_duration: 200e6,
        eval_duration: 500e6,
      }),
    ],
    text: 'One moment.\n\nYes. 📦',
    stages: ['tools start', 'tools end', 'model end', 'generate end'],
    sources: [],
    first: {kind: 'start', model: 'small'},
    last: {kind: 'end', how: 'finish', totalMs: 900},
  },
];
