import type {Chat} from '../chat/index.ts';
import type {Field} from './parts.ts';

/** Makes what a question is written in, before that is drawn. */
export function createField({root, chat}: {root: ShadowRoot; chat: Pick<Chat, 'draft' | 'send'>}): Field {
  const field: Field = {
    box: undefined,
    take(drawn) {
      field.box = drawn;
    },
    write(draft) {
      chat.draft(draft);
      if (field.box) field.box.value = draft;
    },
    takeEarly() {
      const early = root.querySelector<HTMLTextAreaElement>('.box ~ textarea');
      if (!early) return false;
      const {value} = early;
      const hadFocus = root.activeElement === early;
      root.removeChild(early); // an old library may have given remove() another meaning
      if (value) field.write(value);
      if (value.endsWith('\n')) {
        field.write('');
        chat.send(value);
      }
      return hadFocus;
    },
  };
  return field;
}
