import type {ReadShare} from './read-share.ts';

/**
 * Turns or tasks one by one, in columns of the same length. `pages` is the page of each, from 0 to below `pageCount`;
 * `waitsMs` how long it was waited for, below 0 where nobody knows; `shown` 1 where what was waited for came, 0 where the
 * visitor left or hid the page then; `weights` how many it stands for; `kindIndexes` what it has in common with others, a
 * place in `kinds`.
 */
export interface ReadRows<Kind = unknown> {
  pageCount: number;
  pages: Int32Array;
  waitsMs: Float64Array;
  shown: Uint8Array;
  weights: Float64Array;
  kindIndexes: Int32Array;
  kinds: Kind[];
}

/** What is told of a task: the backend's `route` of its first turn, and how many turns it took (`turn_count`). */
export interface TaskKind {
  route: string | null;
  /** Each as `experiment=arm`, with spaces between them. */
  arms: string;
  turn_count: number;
  /** Whether the visitor asked the same again. */
  repeated: boolean;
}

/** The tasks that began in the window, by their whole time; and its turns, by the time to the whole answer. */
export interface TasksReading {
  tasks: ReadRows<TaskKind>;
  turns: ReadRows<Pick<TaskKind, 'route' | 'arms'>>;
}

/** The ended turns of pages in experiments, by the time to the first word, and their tasks. */
export interface ArmsReading {
  turns: ReadRows<ArmKind>;
  tasks: ReadRows<TaskKind>;
}

/** What is told of a turn in an experiment. */
export interface ArmKind {
  /** Each as `experiment=arm`, with spaces between them. */
  arms: string;
  /** Whether the first word was over its budget; null where that cannot be judged. */
  over: boolean | null;
  /** How far the visitor stayed. */
  fate: 'stayed' | 'left' | 'left-first';
}

/**
 * What is told of a turn to find out what changed: `page_route` is its page's route template, `class` its prompt class,
 * `model` the alias that the backend declared, `device` and `net` the schema's words; null where nobody said.
 */
export interface DriftKind {
  /** Whether it began in the last day of the window. */
  recent: boolean;
  /** The backend's route. */
  route: string | null;
  page_route: string | null;
  class: string | null;
  model: string | null;
  device: string | null;
  net: string | null;
  /** Whether a cache or the FAQ answered. */
  hit: boolean;
}

/** What is told of a turn to find out what a cold start costs. */
export interface ColdKind {
  /** Whether it is the first of its page; null where nobody knows. */
  first: boolean | null;
  /** Whether the backend said that a cold start was in it. */
  cold: boolean;
  /** What a server's cache had; null where none was asked. */
  cache: string | null;
  /** Whether the provider had kept some of the prompt; null where it does not say. */
  kept: boolean | null;
  /** Whether a cache or the FAQ answered. */
  hit: boolean;
}

/** Lower ends of the times by which those who wait are told apart, in ms. */
export const LEAVING_EDGES_MS = [
  0, 500, 1000, 1500, 2000, 3000, 4000, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 60_000,
] as const;

/** Waits by the time they took and how they ended, and how many of the ended turns were left. */
export interface LeavingReading {
  /** `bin` is a place in LEAVING_EDGES_MS; `other` ends with neither, as with a failure or a page that was hidden. */
  bins: {
    until: 'first-token' | 'complete';
    bin: number;
    fate: 'came' | 'left' | 'other';
    weight: number;
    /** Sum of squared weights. */
    squaredWeight: number;
    count: number;
  }[];
  beforeFirst: ReadShare;
  beforeEnd: ReadShare;
  stopped: ReadShare;
}

/** What can be read to compare turns with others, by name. */
export interface ComparedReadings {
  arms: ArmsReading;
  cold: ReadRows<ColdKind>;
  drift: ReadRows<DriftKind>;
  leaving: LeavingReading;
  tasks: TasksReading;
}
