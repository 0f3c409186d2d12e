import {type ChatEvent, fittingProtocols} from '../chat/index.ts';
import type {Options} from '../options/index.ts';

type Trouble = Extract<ChatEvent, {kind: 'trouble'}>;

/** How the endpoint is asked; whether there is a user's token changes what it must allow. */
type Asking = Pick<Options, 'credentials' | 'userToken' | 'protocol'> & {
  /** Absolute URL. */
  endpoint: string;
};

/**
 * Says to the site's developer what the endpoint did and what to look at, with what to paste where there is something.
 * Holds nothing that a visitor typed.
 */
export function ownerLine(trouble: Trouble, asking: Asking): string {
  const {problem, status = 0, value, words = '', redirectedTo} = trouble;
  const {endpoint, protocol} = asking;
  const what = value ? `"${value}"` : '';
  if (redirectedTo && problem !== 'unreadable') {
    return `${endpoint} redirected to ${redirectedTo}, which answered ${what || status}. Where that is a login, data-endpoint needs an address without one; where it is the new address, write data-endpoint="${redirectedTo}".`;
  }
  switch (problem) {
    case 'not-a-stream':
      return `${endpoint} answered ${what} where text/event-stream was expected. ${/html/.test(what) ? 'A page comes from a host of files, a login or a wrong address; data-endpoint must be a program that streams.' : 'Its backend does not stream, or data-protocol should say what it speaks.'}`;
    case 'not-found':
      return status === 404
        ? `${endpoint} answered 404. Is data-endpoint right, and does it take POST?`
        : `${endpoint} answered ${status}: it takes no POST. A host of files cannot answer; data-endpoint must be a program, such as createAnswerHandler() of firstword/server.`;
    case 'refused':
      return status
        ? `${endpoint} refused the question with ${status}. ${advise(status, fittingProtocols({protocol, endpoint, status, body: words}))}`
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
    case 'blocked':
      return blockedLine(endpoint, value);
    default:
      return networkLine(asking);
  }
}

function advise(status: number, fits: readonly string[]): string {
  if (fits.length > 0) {
    return `Its words sound like another protocol: try ${fits.map((fit) => `data-protocol="${fit}"`).join(' or ')}.`;
  }
  return status === 401 || status === 403
    ? 'It wants to know who asks: data-user-token for a signed user, data-credentials="include" for cookies of another origin; or it does not take this page’s origin.'
    : 'If its shape was wrong, data-protocol says what the endpoint speaks.';
}

function blockedLine(endpoint: string, directive: string | undefined): string {
  if (directive === 'mixed-content') {
    return `${endpoint} is not secure and this page is: browsers block that. Write data-endpoint="${endpoint.replace(/^http:/, 'https:')}".`;
  }
  const {origin} = new URL(endpoint);
  return `${endpoint}, or where it redirects to, is blocked by this page's Content-Security-Policy. Allow it there: ${directive} ${origin === location.origin ? "'self'" : origin}`;
}

function networkLine({endpoint, credentials, userToken}: Asking): string {
  if (new URL(endpoint).origin === location.origin) {
    return `${endpoint} could not be reached: its server is down or broke off, or it redirects to another origin, such as a login.`;
  }
  const headers = [
    `Access-Control-Allow-Origin: ${location.origin}`,
    `Access-Control-Allow-Headers: content-type${userToken ? ', authorization' : ''}`,
    ...(credentials === 'include' ? ['Access-Control-Allow-Credentials: true'] : []),
  ];
  return `${endpoint} could not be read from this page. If it runs, it must answer OPTIONS and POST with: ${headers.join('; ')}`;
}
