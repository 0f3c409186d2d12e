/** Lists the places of the highest scores above 0, highest first; of equal ones the first. */
export function nearest(scores: ArrayLike<number>, count: number): number[] {
  const best: number[] = [];
  const scoreOf = (rank: number) => scores[best[rank] ?? 0] ?? 0;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] ?? 0;
    if (score <= 0 || (best.length === count && score <= scoreOf(count - 1))) continue;
    let rank = best.length < count ? best.length : count - 1;
    for (; rank > 0 && scoreOf(rank - 1) < score; rank--) best[rank] = best[rank - 1] ?? 0;
    best[rank] = at;
  }
  return best;
}
