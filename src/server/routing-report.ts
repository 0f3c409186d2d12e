import type {Classified} from './classify.ts';
import {chooseThreshold, type JudgedQuestion} from './complexity.ts';
import type {RouteName} from './model.ts';

/** How well a classifier routes questions whose route is known. */
export interface RoutingReport {
  count: number;
  /** How many went where: first the route that was right, then the one that was taken. */
  confusions: Readonly<Record<RouteName, Readonly<Record<RouteName, number>>>>;
  /** The part of complex questions that went to the fast model; absent without complex ones. */
  complexToFastShare?: number;
  /** The part of simple questions that went to the powerful model, which costs time and money; absent without simple ones. */
  simpleToPowerfulShare?: number;
  /** The part of all questions that went to the fast model. */
  fastShare: number;
  /** Whether `complexToFastShare` is at most the share that was asked for. */
  holds: boolean;
  /**
   * The highest complexity from which on a question must take the powerful route so that the share holds; absent when the
   * classifier says no complexity.
   */
  powerfulFrom?: number;
}

/**
 * Creates the report of a classifier on labelled questions.
 *
 * @param options.labelled - Questions that the classifier has not learned from, with the route that each should take.
 * @param options.maxComplexToFastShare - The part of complex questions that may go to the fast model, 0 to 1.
 */
export function createRoutingReport(options: {
  classify: (question: string, facts: {history: []}) => Classified;
  labelled: readonly {question: string; route: RouteName}[];
  maxComplexToFastShare: number;
}): RoutingReport {
  const {classify, labelled, maxComplexToFastShare} = options;
  const confusions = {fast: {fast: 0, powerful: 0}, powerful: {fast: 0, powerful: 0}};
  const judged: JudgedQuestion[] = [];
  for (const {question, route: wanted} of labelled) {
    const {route, complexity} = classify(question, {history: []});
    confusions[wanted][route]++;
    if (complexity !== undefined) judged.push({wanted, complexity});
  }
  const {fast, powerful} = confusions;
  const complexCount = powerful.fast + powerful.powerful;
  const simpleCount = fast.fast + fast.powerful;
  const complexToFastShare = complexCount > 0 ? powerful.fast / complexCount : undefined;
  return {
    count: labelled.length,
    confusions,
    ...(complexToFastShare === undefined ? {} : {complexToFastShare}),
    ...(simpleCount > 0 ? {simpleToPowerfulShare: fast.powerful / simpleCount} : {}),
    fastShare: labelled.length > 0 ? (fast.fast + powerful.fast) / labelled.length : 0,
    holds: (complexToFastShare ?? 0) <= maxComplexToFastShare,
    ...(judged.length > 0 && judged.length === labelled.length
      ? {powerfulFrom: chooseThreshold(judged, maxComplexToFastShare)}
      : {}),
  };
}
