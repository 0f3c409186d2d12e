/** @jsxImportSource . */
import type {Chat} from '../chat/index.ts';
import {startOf} from './message.tsx';
import type {Field, More} from './parts.ts';
import type {PanelWords} from './words/words.ts';

/** Where a question is written. Enter sends, Shift+Enter breaks the line; while an answer comes, stop takes its place. */
export function Composer(props: {
  chat: Chat;
  words: PanelWords;
  busy: boolean;
  placeholder: string;
  field: Field;
  more: More | undefined;
}) {
  const {chat, words, busy, field, more} = props;
  const send = (event: Event) => {
    event.preventDefault();
    const {box} = field;
    if (!box?.value.trim()) return;
    chat.send(box.value, startOf(event));
    box.value = '';
    box.focus();
  };
  return (
    <form part="composer" class="composer" onSubmit={send}>
      <textarea
        part="input"
        ref={field.take}
        rows={1}
        aria-label={props.placeholder}
        placeholder={props.placeholder}
        enterkeyhint="send"
        autocomplete="off"
        onInput={() => chat.draft(field.box?.value ?? '')}
        onKeyDown={(event) => {
          // Safari ends a composition before the Enter that ended it, whose code is still 229
          if (event.isComposing || event.keyCode === 229) return;
          if (event.key === 'Enter' && !event.shiftKey) send(event);
          else more?.keyDown(event);
        }}
      />
      {busy ? (
        <button key="stop" type="button" part="stop" class="round" aria-label={words.stop} onClick={() => chat.stop()}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M8 8h8v8H8z" fill="currentColor" />
          </svg>
        </button>
      ) : (
        // a click of its own, because a submit event is made only after the click was heard
        <button type="submit" part="send" class="round" aria-label={words.send} onClick={send}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 19V5m-6 6 6-6 6 6" />
          </svg>
        </button>
      )}
    </form>
  );
}
