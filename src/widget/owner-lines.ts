import type {ChatEvent} from '../chat/index.ts';

type Trouble = Extract<ChatEvent, {kind: 'trouble'}>;

/** Says to the site's developer what the endpoint did and what to look at. Holds nothing that a visitor typed. */
export function ownerLine({problem, status, value, fits = []}: Trouble, endpoint: string): string {
  const what = value ? `"${value}"` : '';
  switch (problem) {
    case 'not-a-stream':
      return `${endpoint} answered ${what} where text/event-stream was expected. A page or a plain body comes from a wrong data-endpoint, a login, or a backend that does not stream.`;
    case 'not-found':
      return `${endpoint} answered ${status}. Is data-endpoint right, and does it take POST?`;
    case 'refused':
      return status
        ? `${endpoint} refused the question with ${status}. ${advise(fits)}`
        : `${endpoint} did not take ${what}.`;
    case 'busy':
    case 'server':
      return `${endpoint} failed${status ? ` with ${status}` : ''}${what && `: ${what}`}.`;
    case 'empty':
      return `${endpoint} sent an answer without a word in it.`;
    case 'unreadable':
      return `${endpoint} sent an event that is no JSON object: ${what}.`;
    case 'too-large':
      return `${endpoint} sent a line of over 256 KiB. Send text in small parts.`;
    case 'cut':
      return `${endpoint} closed the stream without finish, abort or error.`;
    default:
      return `${endpoint} could not be reached. Look at the network panel: CORS, connect-src, or the server is down.`;
  }
}

function advise(fits: readonly string[]): string {
  return fits.length > 0
    ? `Its words sound like another protocol: try ${fits.map((fit) => `data-protocol="${fit}"`).join(' or ')}.`
    : 'If its shape was wrong, data-protocol says what the endpoint speaks.';
}
