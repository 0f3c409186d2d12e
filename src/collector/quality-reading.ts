import type {ReadShare} from './read-share.ts';

/** What a window's figures stand on. */
export interface QualityReading {
  count: number;
  finalCount: number;
  openCount: number;
  expiredCount: number;
  hidden: ReadShare;
  hiddenFirstCount: number;
  droppedCount: number;
  weightedCount: number;
  weight: number;
  squaredWeight: number;
  lateCount: number;
  oddCount: number;
  untoldCount: number;
  /** How answers came; the name is absent for all. */
  streams: (ReadShare & {
    by: 'all' | 'page' | 'route';
    name?: string;
    count: number;
    bufferedCount: number;
    chunkedCount: number;
  })[];
}
