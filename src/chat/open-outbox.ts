import type {KeptRecord, Outbox} from '../rum/index.ts';
import {createOutbox} from '../storage/index.ts';

/** Opens the place where records wait for a later page of this origin. */
export const openOutbox = (): Outbox => createOutbox<KeptRecord>();
