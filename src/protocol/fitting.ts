import type {Protocol} from '../latency/index.ts';
import type {DeclaredProtocol} from './events.ts';

/** A question that was refused for what it was, not for who asked. */
export interface WrongShape {
  /** As the site declared it. */
  protocol: DeclaredProtocol;
  /** Absolute URL. */
  endpoint: string;
  /** The HTTP status of the refusal. */
  status: number;
  /** What the endpoint said, or its beginning. */
  body: string;
}

/** What an endpoint's path and its refusal say: where a vendor's API stands, and fields as validators quote them. */
const SIGNS: readonly (readonly [protocol: Protocol, signs: RegExp])[] = [
  ['ag-ui', /\/ag-?ui\b|\b(thread|run)_?id\b|\bforwarded_?props\b|RunAgentInput/gi],
  ['langgraph', /\/runs\/stream|\bassistant_id\b|\bstream_mode\b/gi],
  ['anthropic', /\/messages |\bmax_tokens\b|\brequest_id\b|\banthropic\b/gi],
  ['openai-responses', /\/responses |\bparameter: .input\b|\bResponses API\b|"input" *\]/gi],
  ['openai', /\/chat\/completions|\binvalid_request_error\b|\barguments? supplied\b/gi],
  ['ollama', /:11434|\/api\/chat |\bllama\b|"model is required"/gi],
  ['ai-sdk', /\bparts\b|\bUI ?message/gi],
];

/**
 * Guesses what an endpoint speaks from how it refused a question: by the words of its error (validators name the fields
 * that they miss or do not know) and by the path at which its vendor's API stands.
 *
 * @returns The values of `data-protocol` to try, best first, without the one in use; empty when nothing tells.
 */
export function fittingProtocols({protocol, endpoint, status, body}: WrongShape): Protocol[] {
  if (![400, 404, 405, 415, 422].includes(status)) return [];
  const inUse = protocol === 'auto' || protocol === 'firstword' ? 'ai-sdk' : protocol; // the same body
  const said = `${endpoint.split(/[?#]/)[0]} ${body}`;
  return SIGNS.map(([name, signs]) => ({name, count: new Set(said.match(signs)).size}))
    .filter(({name, count}) => count > 0 && name !== inUse)
    .sort((a, b) => b.count - a.count)
    .map(({name}) => name);
}
