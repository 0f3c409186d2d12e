/** Why a command ends before its work is done. */
export type CommandErrorKind = 'address' | 'budget' | 'file' | 'files' | 'model' | 'option' | 'package' | 'store';

/** An ending that its message explains in one line: what is wrong and what to do about it. */
export class CommandError extends Error {
  readonly kind: CommandErrorKind;
  constructor(kind: CommandErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Tells what went wrong in one line: the first of its message, without a stack. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n', 1)[0] ?? '';
}
