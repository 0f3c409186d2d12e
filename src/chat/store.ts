import type {Answer, ChatState} from './state.ts';

/** Holds a chat's state and tells of its changes. */
export interface Store {
  state(): ChatState;
  change(next: Partial<ChatState>): void;
  /** Changes without telling: for what whoever listens knows already. */
  note(next: Partial<ChatState>): void;
  changeAnswer(answerId: string, next: (answer: Answer) => Partial<Answer>): void;
  subscribe(listener: () => void): void;
  clear(): void;
}

/** Makes a store without a message. Every change is a new object; unchanged messages keep theirs. */
export function createStore(): Store {
  const listeners = new Set<() => void>();
  let state: ChatState = {messages: [], busy: false, draft: '', foreseen: []};

  function note(next: Partial<ChatState>): void {
    state = {...state, ...next};
  }

  function change(next: Partial<ChatState>): void {
    note(next);
    for (const listener of listeners) listener();
  }

  return {
    state: () => state,
    change,
    note,
    changeAnswer(answerId, next) {
      change({
        messages: state.messages.map((message) =>
          message.id === answerId && message.kind === 'answer' ? {...message, ...next(message)} : message,
        ),
      });
    },
    subscribe: (listener) => void listeners.add(listener),
    clear: () => listeners.clear(),
  };
}
