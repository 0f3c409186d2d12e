import type {Problem} from '../../chat/index.ts';

/** All words that the widget says, in one language. */
export interface Words {
  title: string;
  open: string;
  close: string;
  startOver: string;
  log: string;
  greeting: string;
  placeholder: string;
  send: string;
  stop: string;
  retry: string;
  you: string;
  answer: string;
  waiting: string;
  stopped: string;
  sources: string;
  suggestions: string;
  problems: Record<Problem, string>;
}

/** English. */
export const en: Words = {
  title: 'Chat',
  open: 'Open chat',
  close: 'Close chat',
  startOver: 'Start over',
  log: 'Conversation',
  greeting: 'Hello. What would you like to know?',
  placeholder: 'Ask a question',
  send: 'Send',
  stop: 'Stop',
  retry: 'Try again',
  you: 'You asked',
  answer: 'Answer',
  waiting: 'Waiting',
  stopped: 'Stopped.',
  sources: 'Sources',
  suggestions: 'Suggestions',
  problems: {
    offline: 'You are offline. Your question is kept here.',
    network: 'The answer could not be fetched. Please try again.',
    refused: 'This question was not accepted.',
    'not-found': 'Answers are not available here at the moment.',
    busy: 'It is very busy. Please try again in a moment.',
    server: 'Something went wrong while answering. Please try again.',
    'not-a-stream': 'Answers are not available here at the moment.',
    empty: 'The answer came back empty. Please try again.',
    unreadable: 'The answer could not be read to its end.',
    'too-large': 'The answer was too large to show.',
    cut: 'The answer broke off before its end.',
  },
};

/** The words inside answers, which are loaded with what draws them. */
export interface AnswerWords {
  copy: string;
  leave: (host: string) => string;
  follow: string;
  stay: string;
}

/** English. */
export const enAnswer: AnswerWords = {
  copy: 'Copy',
  leave: (host) => `This link leads to ${host}, which is not this site.`,
  follow: 'Open it',
  stay: 'Stay here',
};
