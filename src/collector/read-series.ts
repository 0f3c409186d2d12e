/** One percentile read from a column: the value and the two order statistics around it, absent where too few. */
export interface ReadCell {
  share: number;
  valueMs: number;
  lowMs?: number | undefined;
  highMs?: number | undefined;
}

/** A measured column: rows in it, their effective number when weighted, and its percentiles. */
export interface ReadSeries {
  /** `first-token` or `complete`, each also with `/misses`, or `stage/` and the stage's name. */
  name: string;
  rowCount: number;
  effectiveCount: number;
  cells: ReadCell[];
}

/** How long visitors waited for the first word, with those who left or hid the page before it as still waiting. */
export interface ReadWaiting {
  count: number;
  /** Of these those who left or hid the page. */
  leftCount: number;
  effectiveCount: number;
  /** The longest wait, in ms. */
  longestMs: number;
  /** The percentiles, each value only where the curve reaches it. */
  cells: {share: number; valueMs?: number; lowMs?: number; highMs?: number}[];
  /** The share (0 to 1) whose first word has come by the lower edge of each bin, by the bin's number from 0 on. */
  shownShares: number[];
}

/** The most frequent budget, and whether there were others. */
export interface ReadBudget {
  budgetMs?: number | undefined;
  budgetCount: number;
}
