import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import type {ConfigurableModel, LanguageModelV4} from './model.ts';

/** Where an OpenAI-compatible endpoint is; what is absent comes from the environment. */
export interface OpenAICompatibleOptions {
  /** Address up to and without `/chat/completions`; default `OPENAI_BASE_URL`. */
  baseURL?: string;
  /** Sent as a bearer token, to that address only; default `OPENAI_API_KEY`. An empty string means that none is needed. */
  apiKey?: string;
  /** Name of the model as the endpoint knows it; default `OPENAI_MODEL`. */
  model?: string;
}

interface Settings {
  baseURL: string;
  apiKey: string;
  model: string;
}

/**
 * Creates a language model behind any OpenAI-compatible endpoint (OpenAI, vLLM, Ollama, LM Studio, most gateways).
 *
 * The environment is read at first use, so that a module may create it before the variables are set. While a setting
 * is missing `problem()` names it and a handler answers 503; the model itself throws the same words.
 *
 * @param options - What is not to come from the environment.
 */
export function openaiCompatible(options: OpenAICompatibleOptions = {}): ConfigurableModel {
  let built: LanguageModelV4 | undefined;
  const find = () => {
    if (built) return built;
    const settings = readSettings(options);
    if (typeof settings === 'string') return settings;
    const {baseURL, apiKey, model} = settings;
    const provider = createOpenAICompatible({
      name: 'openai-compatible',
      baseURL,
      includeUsage: true,
      ...(apiKey === '' ? {} : {apiKey}),
    });
    built = provider(model);
    return built;
  };
  const model = () => {
    const found = find();
    if (typeof found === 'string') throw new TypeError(found);
    return found;
  };
  return {
    specificationVersion: 'v4',
    provider: 'openai-compatible',
    get modelId() {
      const found = find();
      return typeof found === 'string' ? 'not-configured' : found.modelId;
    },
    supportedUrls: {},
    problem() {
      const found = find();
      return typeof found === 'string' ? found : undefined;
    },
    async warm(signal) {
      const settings = readSettings(options);
      if (typeof settings === 'string') return;
      const {baseURL, apiKey} = settings;
      const headers: Record<string, string> = apiKey === '' ? {} : {authorization: `Bearer ${apiKey}`};
      const response = await fetch(`${baseURL.replace(/\/$/, '')}/models`, {headers, signal});
      await response.arrayBuffer(); // a connection is kept when what it carried was read
    },
    doGenerate: async (call) => model().doGenerate(call),
    doStream: async (call) => model().doStream(call),
  };
}

function readSettings(options: OpenAICompatibleOptions): Settings | string {
  const environment = readEnvironment();
  const baseURL = options.baseURL || environment['OPENAI_BASE_URL'];
  const apiKey = options.apiKey ?? (environment['OPENAI_API_KEY'] || undefined);
  const model = options.model || environment['OPENAI_MODEL'];
  const missing = [
    ...(baseURL ? [] : ['OPENAI_BASE_URL']),
    ...(apiKey === undefined ? ['OPENAI_API_KEY'] : []),
    ...(model ? [] : ['OPENAI_MODEL']),
  ];
  if (!baseURL || apiKey === undefined || !model) {
    return `no model is configured: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set`;
  }
  if (!isWebAddress(baseURL)) return 'no model is configured: OPENAI_BASE_URL is not an http or https address';
  return {baseURL, apiKey, model};
}

/** The one place where the kit looks at the environment; a runtime without one has an empty one. */
function readEnvironment(): Readonly<Record<string, string | undefined>> {
  return globalThis.process?.env ?? {};
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
