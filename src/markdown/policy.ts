import {ownOf} from './own.ts';

/** Decides what an answer may link to and load; called where the nodes are made. */
export interface Policy {
  /** Gives what to write as `href` for an address from an answer, or null: its text stays text. */
  link(url: string): string | null;
  /** Gives what to write as `src`, or null: the text that stands for the image is shown. */
  image(url: string): string | null;
  /** Gives the host to name beside a link, if it leads to one that the reader should know of. */
  foreignHost?(href: string): string | undefined;
}

/** What the page trusts. */
export interface PolicyOptions {
  /** What relative addresses are resolved against, and whose host is the page's own; `document.baseURI` by default. */
  baseUrl?: string;
  /** Hosts that links may lead to like the page's own, by plain `http` too; a leading dot takes in their subdomains. */
  linkHosts?: readonly string[];
  /** Beginnings of `https` addresses that images may be loaded from, whole path segments; none by default. */
  imagePrefixes?: readonly string[];
}

/** Longest query with its fragment, and longest path, of a link to a foreign host, in characters. */
const MAX_QUERY = 200;
const MAX_PATH = 500;

// a page that replaces it later changes nothing here
const {URL} = globalThis;

/**
 * Makes the policy of a page: `https`, `mailto` and `tel` links, and `http` where the page is so itself; no address with
 * user information; none to a foreign host that carries long or secret-looking parts; no image but from `imagePrefixes`.
 *
 * @throws TypeError when `baseUrl` is no address.
 */
export function createPolicy(options: PolicyOptions = {}): Policy {
  const {baseUrl = document.baseURI, linkHosts = [], imagePrefixes = []} = ownOf(options);
  const base = new URL(baseUrl);
  const prefixes = imagePrefixes.flatMap((prefix) => parse(prefix) ?? []);

  function parse(address: string): URL | undefined {
    try {
      const url = new URL(address, base);
      return url.username || url.password ? undefined : url;
    } catch {
      return undefined; // no address: whoever asked shows the text
    }
  }

  const isListed = ({host, hostname}: URL) =>
    linkHosts.some((each) => each === host || each === hostname || (each[0] === '.' && hostname.endsWith(each)));
  const isForeign = (url: URL) => url.host !== base.host && !isListed(url);

  function mayLink(url: URL): boolean {
    const {protocol} = url;
    if (protocol === 'mailto:' || protocol === 'tel:') return true;
    if (protocol !== 'https:' && !(protocol === 'http:' && (base.protocol === protocol || isListed(url)))) return false;
    return !isForeign(url) || !carriesSecret(url);
  }

  return {
    link(address) {
      const url = parse(address);
      return url && mayLink(url) ? url.href : null;
    },
    image(address) {
      const url = parse(address);
      return url && prefixes.some((prefix) => isWithin(url, prefix)) ? url.href : null;
    },
    foreignHost(href) {
      const url = parse(href);
      return url?.host && isForeign(url) ? url.host : undefined;
    },
  };
}

function carriesSecret({pathname, search, hash}: URL): boolean {
  const query = search + hash;
  if (query.length > MAX_QUERY || pathname.length > MAX_PATH) return true;
  return [...plain(pathname).split(/[^A-Za-z\d+=]+/), ...plain(query).split(/[^\w+/=-]+/)].some(looksSecret);
}

/** Whether a run may be a token, a card number or encoded text, which nobody should carry away with a click. */
function looksSecret(run: string): boolean {
  // encoded words may do without digits, but not without capitals in their midst
  return run.length > 15 && (/\d/.test(run) || run.split(/[a-z](?=[A-Z])/).length > 4);
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not encoded as UTF-8: judged as it stands
  }
}

/** Whether an address lies in a folder of an origin. An encoded slash may be a way out of it on some servers. */
function isWithin({origin, protocol, pathname}: URL, prefix: URL): boolean {
  if (protocol !== 'https:' || origin !== prefix.origin || /%2f|%5c/i.test(pathname)) return false;
  const folder = prefix.pathname.replace(/\/?$/, '/');
  return pathname.startsWith(folder) || pathname === prefix.pathname;
}
