import {type AnswerHead, openReader} from './open-reader.ts';
import {VENDOR_ADAPTERS} from './vendors.ts';

/** Makes the reader of an answer in any protocol, as `openReader` does with all adapters at hand. */
export function createReader(head: AnswerHead): ReturnType<typeof openReader> {
  return openReader({...head, vendors: VENDOR_ADAPTERS});
}
