import {createContext} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

const KEY = 'firstword-read-token';

/** The reading token that is sent; undefined where none is known. */
export const TokenContext = createContext<string | undefined>(undefined);

/** Reads the token that this tab was given before. */
export function readKeptToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // a browser that keeps nothing asks again
  }
}

/** Keeps a token for as long as the tab is open; undefined forgets it. */
export function keepToken(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // as above: it is used until the page is left
  }
}

/**
 * Draws the question for a reading token.
 *
 * @param props.refused - Whether the collector did not know the one before.
 * @param props.onToken - Runs with what the reader entered; never with nothing.
 */
export function TokenForm({refused, onToken}: {refused: boolean; onToken: (token: string) => void}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      class="card message"
      onSubmit={(event) => {
        event.preventDefault();
        const token = field.current?.value.trim();
        if (token) onToken(token);
      }}
    >
      <h2>A token is needed</h2>
      <p id="token-why" role={refused ? 'alert' : undefined}>
        {refused
          ? 'The collector does not know that token. Is it whole, and is it one that the collector was started with?'
          : 'This collector tells its figures to whoever has one of its reading tokens.'}
      </p>
      <div class="token">
        <label for="token">Reading token</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          aria-describedby="token-why"
          aria-invalid={refused}
        />
        <button type="submit">Show the figures</button>
      </div>
      <p class="note">It is kept in this tab only, once the collector has taken it, until the tab is closed.</p>
    </form>
  );
}
