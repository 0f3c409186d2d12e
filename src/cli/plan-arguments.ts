import type {Limit} from '../latency/index.ts';
import type {PRESETS, SCENARIOS} from '../planner/index.ts';

/** What `firstword plan` ends with, for scripts: `missed` with `--check` alone, `unusable` when nothing was simulated. */
export const PLAN_EXIT = {fine: 0, missed: 1, unusable: 2, stopped: 130} as const;

/** A published budget's name. */
export type PresetName = keyof typeof PRESETS;

/** The name of published arithmetic. */
export type ScenarioName = keyof typeof SCENARIOS;

/** What `firstword plan` was asked for. */
export interface PlanArguments {
  preset?: PresetName;
  scenario?: ScenarioName;
  /** Budget file whose limits and order count for what a collector recorded. */
  budget?: string;
  /** How far back a collector looks. */
  since?: string;
  turns: number;
  seed: number;
  /** The 99th percentile over the median, where one of them is known. */
  ratio?: number;
  /** What is to be divided among the stages. */
  target?: {milestone: 'firstToken' | 'complete'; limit: Limit};
  /** Names of stages that the target does not change. */
  keep?: readonly string[];
  /** Whether a budget that does not hold is a failure. */
  check?: boolean;
  /** Whether the report is JSON. */
  json?: boolean;
}
