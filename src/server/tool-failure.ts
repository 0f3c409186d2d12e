/** Why a call of a tool has no result. */
export type ToolFailureKind = 'timeout' | 'unsure' | 'failed' | 'taken' | 'left-alone' | 'too-many';

const WORDS: Readonly<Record<ToolFailureKind, string>> = {
  timeout: 'did not answer in time. Go on without it.',
  unsure: 'did not answer in time; whether it was done is not known. Say so.',
  failed: 'failed. Go on without it.',
  taken: 'was already used for this question and is not used again.',
  'left-alone': 'fails at the moment and is not used. Go on without it.',
  'too-many': 'cannot be used any more for this question. Answer with what is known.',
};

/** A call without a result. Its message is our own and for the model: what a tool throws may quote anything. */
export class ToolFailure extends Error {
  readonly kind: ToolFailureKind;
  constructor(kind: ToolFailureKind, name: string, cause?: unknown) {
    super(`The tool ${name} ${WORDS[kind]}`, {cause});
    this.kind = kind;
  }
}
