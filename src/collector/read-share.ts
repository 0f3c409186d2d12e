/** A share of weighted turns: the part, the whole, and the whole's squared weights for its effective number. */
export interface ReadShare {
  /** Weight of the turns that count. */
  partWeight: number;
  /** Weight of the turns that could be judged. */
  wholeWeight: number;
  /** Sum of squared weights of the whole. */
  squaredWeight: number;
}
