/** Keys by their code point in the WebDriver protocol (W3C recommendation "WebDriver", section "Keyboard actions"). */
const CODES: Record<string, string> = {
  Enter: '\uE007',
  Tab: '\uE004',
  Escape: '\uE00C',
  Backspace: '\uE003',
  Delete: '\uE017',
  Space: ' ',
  ArrowUp: '\uE013',
  ArrowDown: '\uE015',
  ArrowLeft: '\uE012',
  ArrowRight: '\uE014',
  Home: '\uE011',
  End: '\uE010',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  Shift: '\uE008',
  Control: '\uE009',
  Alt: '\uE00A',
  Meta: '\uE03D',
};

/** One key going down or up. */
export type KeyAction = {type: 'keyDown' | 'keyUp'; value: string};

/**
 * Lists what happens when the last key is pressed while the others are held.
 *
 * @throws for a name of more than one character that is not in the list.
 */
export function listChordActions(keys: readonly string[]): KeyAction[] {
  const values = keys.map(readKey);
  const down = values.map((value): KeyAction => ({type: 'keyDown', value}));
  const up = values.toReversed().map((value): KeyAction => ({type: 'keyUp', value}));
  return [...down, ...up];
}

/** Lists what happens when a text is typed. */
export function listTypingActions(text: string): KeyAction[] {
  return [...text].flatMap((character) => listChordActions([character === '\n' ? 'Enter' : character]));
}

function readKey(name: string): string {
  const code = CODES[name];
  if (code !== undefined) return code;
  if ([...name].length === 1) return name;
  throw new Error(`No key is named "${name}"`);
}
