/** Where a value stands in a FAQ: keys and places in lists, from the outside. */
export type Path = readonly (string | number)[];

/** Something that is wrong with a FAQ. */
export interface Problem {
  /** Whether no pack may come of it, or one may that is worse than it could be. */
  level: 'error' | 'warning';
  /** What is wrong, and what to do where that is not plain. */
  text: string;
  /** Where in the file, from 1; absent when it is about the whole. */
  line?: number;
}

/** A FAQ as it was read, in the form of a plain pack that nobody has looked at yet. */
export interface Source {
  /** Undefined when it could not be read at all. */
  value: unknown;
  /** Says in which line the value with a path stands, or what is nearest around it. */
  lineOf(path: Path): number | undefined;
  /** Names a value for somebody who looks at the file. */
  nameOf(path: Path): string;
  /** What was wrong with its form. */
  problems: readonly Problem[];
}

/** Lines of values by their paths. */
export interface Lines {
  set(path: Path, line: number): void;
  lineOf: Source['lineOf'];
}

/** Creates a list of lines without any. */
export function createLines(): Lines {
  const lines = new Map<string, number>();
  return {
    set: (path, line) => void lines.set(path.join('/'), line),
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const line = lines.get(path.slice(0, length).join('/'));
        if (line !== undefined) return line;
      }
      return undefined;
    },
  };
}

/** Says in which line of a text a character stands, from 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Shortens what is quoted from a file to what a line has room for. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 59)}…` : line);
}
