import type {Protocol} from '../latency/index.ts';
import {type CreateAdapter, createAdapterReader} from './adapter.ts';
import type {AnswerReader, DeclaredProtocol, Framing} from './events.ts';
import {createTextReader} from './plain-text.ts';
import {createSniffingReader} from './sniff.ts';
import {UI_STREAM_HEADER} from './ui-message-stream.ts';
import {createUiMessages} from './ui-messages.ts';

/** A response whose body is to be read. */
export interface AnswerHead {
  /** As the site declared it. */
  protocol: DeclaredProtocol;
  /** The response's headers. */
  headers: {get(name: string): string | null};
  /** Where the question was posted, absolute. */
  endpoint: string;
  /** The id under which the question was asked; an AI SDK backend keeps answers by it. */
  conversationId: string;
}

/** Protocols of other vendors than the AI SDK's: what reads and writes them may be a file of its own. */
export type VendorProtocol = Exclude<Protocol, 'firstword' | 'ai-sdk' | 'text'>;

/** What reads the events of each of them. */
export type VendorAdapters = Readonly<Record<VendorProtocol, CreateAdapter>>;

/** Says whether a protocol is a vendor's; what is not declared may turn out to be one. */
export function isVendor(protocol: DeclaredProtocol): protocol is VendorProtocol {
  return !['auto', 'firstword', 'ai-sdk', 'text'].includes(protocol);
}

/** Says whether an answer cannot be read without the vendors' adapters. */
export function needsVendors(head: AnswerHead): boolean {
  const framing = frame(head);
  return isVendor(head.protocol) || (head.protocol === 'auto' && framing !== 'text' && !isUi(head));
}

/**
 * Makes the reader of an answer from its headers, and says how the body is to be cut for it.
 *
 * @param head.vendors - Adapters of the vendors' protocols; none are needed where `needsVendors` says so.
 * @returns The reader; undefined when a body of this content type is no answer in the protocol, as a page or a JSON
 *   document never is.
 */
export function openReader(
  head: AnswerHead & {vendors?: VendorAdapters},
): (AnswerReader & {framing: Framing}) | undefined {
  const {protocol} = head;
  const framing = frame(head);
  if (!framing) return;
  const create = (found: Protocol) => {
    if (found === 'text') return createTextReader(framing);
    const adapter = (isVendor(found) && head.vendors?.[found]) || createUiMessages;
    return createAdapterReader(adapter, {...head, protocol: found});
  };
  if (protocol !== 'auto') return {...create(protocol), framing};
  if (framing === 'text') return {...create('text'), framing};
  return {...(isUi(head) ? create('ai-sdk') : createSniffingReader(create)), framing};
}

const isUi = ({headers}: AnswerHead) => Boolean(headers.get(UI_STREAM_HEADER) ?? headers.get('x-firstword'));

/** Says how a body is cut; undefined where none that is cut like this is an answer in the protocol. */
function frame({protocol, headers}: AnswerHead): Framing | undefined {
  const framing = readFraming(headers.get('content-type') ?? '');
  return framing && isFramed(framing, protocol) ? framing : undefined;
}

function readFraming(contentType: string): Framing | undefined {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/event-stream') return 'sse';
  if (type === 'text/plain') return 'text';
  return /^application\/(x-)?(ndjson|jsonl)$/.test(type) ? 'lines' : undefined;
}

/** Whether bodies of a protocol are cut like this. */
function isFramed(framing: Framing, protocol: DeclaredProtocol): boolean {
  if (protocol === 'text') return framing !== 'lines';
  return protocol === 'auto' || framing === (protocol === 'ollama' ? 'lines' : 'sse');
}
