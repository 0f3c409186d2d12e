import type {Figure, LookedAt, Proportion} from './summary.ts';

/** Version of the reports' shapes; it grows when a reader of an old shape would misread a new one. */
export const REPORT_VERSION = 1;

/** What the collector tells beside its summary, by name, each at an address of its own. */
export interface Reports {
  routes: RoutesReport;
}

/** The answer of `GET /v1/reports/<name>`. */
export interface ReportAnswer<Name extends keyof Reports> {
  v: typeof REPORT_VERSION;
  /** Which one it is. */
  name: Name;
  /** When it was computed, epoch ms. */
  computedAt: number;
  window: LookedAt;
  /** What it tells. */
  report: Reports[Name];
}

/** Time to the first visible answer by the backend's route and by prompt class, slowest P99 first. */
export interface RoutesReport {
  /** Each with its turns; a turn stands under its route and under its class. */
  rows: {
    by: 'route' | 'class';
    name: string;
    /** Turns whose page was not hidden and that were answered. */
    count: number;
    figures: Figure[];
    over: Proportion;
  }[];
}
