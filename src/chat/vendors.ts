import {VENDOR_ADAPTERS, type VendorAdapters, writeQuestion} from '../protocol/index.ts';

/** What talks to backends of other vendors than the AI SDK's. */
export interface Vendors {
  adapters: VendorAdapters;
  writeQuestion: typeof writeQuestion;
}

/** Gives what talks to other vendors' backends. */
export function getVendors(): Vendors {
  return {adapters: VENDOR_ADAPTERS, writeQuestion};
}
