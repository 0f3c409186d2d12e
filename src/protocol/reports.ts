import type {ArmsReport} from './report-arms.ts';
import type {BlameReport, TrendReport} from './report-blame.ts';
import type {BurnReport} from './report-burn.ts';
import type {ColdReport} from './report-cold.ts';
import type {CompareReport} from './report-compare.ts';
import type {DriftReport} from './report-drift.ts';
import type {LeavingReport} from './report-leaving.ts';
import type {QualityReport} from './report-quality.ts';
import type {TasksReport} from './report-tasks.ts';
import type {TurnsReport} from './report-turns.ts';
import type {Figure, LookedAt, Proportion} from './summary.ts';

/** Version of the reports' shapes; it grows when a reader of an old shape would misread a new one. */
export const REPORT_VERSION = 1;

/** What the collector tells beside its summary, by name, each at an address of its own. */
export interface Reports {
  compare: CompareReport;
  quality: QualityReport;
  routes: RoutesReport;
  arms: ArmsReport;
  cold: ColdReport;
  drift: DriftReport;
  leaving: LeavingReport;
  tasks: TasksReport;
  history: HistoryReport;
  blame: BlameReport;
  trend: TrendReport;
  turns: TurnsReport;
  burn: BurnReport;
}

/** The answer of `GET /v1/reports/<name>`. */
export interface ReportAnswer<Name extends keyof Reports> {
  v: typeof REPORT_VERSION;
  /** Which one it is. */
  name: Name;
  /** When it was computed, epoch ms. */
  computedAt: number;
  window: LookedAt;
  /** The turns of that window, and of them those that a program made up. */
  turns: {count: number; simulatedCount: number};
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

/** Percentiles day by day for 13 months, oldest first; days without turns are absent. All are read from buckets. */
export interface HistoryReport {
  /** How far a percentile may lie beside the exact one, as a share of it. */
  errorShare: number;
  /** Whether days older than the raw window are left out, since what is kept of them tells no device and no network. */
  isCut: boolean;
  /** The days with turns. */
  days: {
    /** When the day began (UTC), epoch ms. */
    dayAt: number;
    /** Turns that waited for a first word, those who left included. */
    count: number;
    /** Whether turns are in it of which only counts are kept. */
    isRolled: boolean;
    /** P50, P90, P95 and P99, with those who left counted as still waiting. */
    firstToken: {all: Figure[]; misses: Figure[]};
    /** P50, P90, P95 and P99. */
    complete: Figure[];
  }[];
}
