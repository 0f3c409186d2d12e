import type {AnswerWords, MoreWords, PanelWords} from './words.ts';

/** English, as far as a panel needs it that nobody has asked anything. */
export const en: PanelWords = {
  dir: 'ltr',
  title: 'Chat',
  open: 'Open chat',
  close: 'Close chat',
  log: 'Conversation',
  greeting: 'Hello. What would you like to know?',
  placeholder: 'Ask a question',
  send: 'Send',
  stop: 'Stop',
  retry: 'Try again',
  you: 'You asked',
  answer: 'Answer',
  waiting: 'Waiting',
  suggestions: 'Suggestions',
  problems: {network: 'The answer could not be fetched. Please try again.'},
};

/** English, for answers. */
export const enAnswer: AnswerWords = {
  copy: 'Copy',
  leave: 'This link leads to {host}, which is not this site.',
  follow: 'Open it',
  stay: 'Stay here',
  stopped: 'Stopped.',
  stages: {retrieval: 'Looking it up', tools: 'Checking the details', model: 'Thinking', generate: 'Writing'},
  problems: {
    offline: 'You are offline. Your question is kept and sent when you are back.',
    network: 'The answer could not be fetched. Please try again.',
    blocked: 'Answers are not available here at the moment.',
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

/** English, for what people do beside asking. */
export const enMore: MoreWords = {
  sources: 'Sources',
  menu: 'More',
  startOver: 'Start over',
  forget: 'Delete what is stored here',
  forgotten: 'Deleted.',
  contact: 'Talk to a person',
  copyAll: 'Copy the conversation',
  copied: 'Copied.',
  again: 'Answer again',
  edit: 'Edit',
  editing: 'Your new question replaces the last one.',
  cancel: 'Cancel',
  good: 'Good answer',
  bad: 'Bad answer',
  why: 'What was wrong?',
  reasons: {untrue: 'Not true', 'off-topic': 'Not what I asked', unclear: 'Hard to follow', slow: 'Too slow'},
  thanks: 'Thank you.',
  newest: 'New messages',
  unread: {one: '{count} new message', other: '{count} new messages'},
  offline: 'You are offline.',
  sent: 'Sent.',
  answering: 'An answer is on its way.',
  code: 'Code, {count} lines.',
  table: 'Table, {count} rows.',
  link: 'link',
};
