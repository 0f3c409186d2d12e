/** A watch for the end of an object in JSON that comes in pieces. */
export interface Closing {
  /** Takes the next piece; gives all of the text when the object has closed with it, once. */
  read(piece: string): string | undefined;
}

/** Creates the watch. A text that does not begin with an object never closes: another value may always go on. */
export function createClosing(): Closing {
  let text = '';
  let depth = 0;
  let isQuoted = false;
  let isEscaped = false;
  let isOver = false;

  const step = (char: string) => {
    if (isQuoted) {
      if (isEscaped) isEscaped = false;
      else if (char === '\\') isEscaped = true;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
  };

  return {
    read(piece) {
      if (isOver) return undefined;
      text += piece;
      for (const char of piece) {
        if (depth === 0 && !/\s/.test(char) && char !== '{') {
          isOver = true;
          return undefined;
        }
        step(char);
        if (depth > 0 || char !== '}') continue;
        isOver = true;
        return text;
      }
      return undefined;
    },
  };
}
