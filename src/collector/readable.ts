import type {Reports} from '../protocol/index.ts';
import type {ExportForm} from './export-turns.ts';
import {isReport} from './reports.ts';

/** What is read at an address. */
export type Readable =
  | {kind: 'metrics'}
  | {kind: 'turns'; form: ExportForm}
  | {kind: 'told'; name: keyof Reports | 'summary'};

/** Tells what is read at a path; undefined where nothing is. */
export function readableAt(path: string): Readable | undefined {
  if (path === '/metrics') return {kind: 'metrics'};
  if (path === '/v1/summary') return {kind: 'told', name: 'summary'};
  const [, name = '', form] = /^\/v1\/reports\/([a-z-]+)(?:\.(csv|json))?$/.exec(path) ?? [];
  if (form !== undefined) return name === 'turns' ? {kind: 'turns', form: form as ExportForm} : undefined; // one of these two
  return isReport(name) ? {kind: 'told', name} : undefined;
}
