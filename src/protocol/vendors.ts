import {createAgUi} from './ag-ui.ts';
import {createAnthropic} from './anthropic.ts';
import {createLangGraph} from './langgraph.ts';
import {createOllama} from './ollama.ts';
import type {VendorAdapters} from './open-reader.ts';
import {createOpenAiChat} from './openai-chat.ts';
import {createOpenAiResponses} from './openai-responses.ts';

/** What reads the answers of other vendors' backends. */
export const VENDOR_ADAPTERS: VendorAdapters = {
  'ag-ui': createAgUi,
  openai: createOpenAiChat,
  'openai-responses': createOpenAiResponses,
  anthropic: createAnthropic,
  langgraph: createLangGraph,
  ollama: createOllama,
};
