/** Reads which turns the outbox has. It runs in the page, before the chat is opened. */
export async function readOutbox(): Promise<string[]> {
  const name = 'firstword-outbox';
  if (!(await indexedDB.databases()).some((each) => each.name === name)) return [];
  const request = indexedDB.open(name);
  const database = await new Promise<IDBDatabase | undefined>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    // its browser ended before it was made: making it is the widget's affair
    request.onupgradeneeded = () => {
      request.transaction?.abort();
      resolve(undefined);
    };
  });
  if (!database) return [];
  try {
    if (!database.objectStoreNames.contains('kept')) return [];
    const keys = database.transaction('kept').objectStore('kept').getAllKeys();
    await new Promise((resolve, reject) => {
      keys.onsuccess = resolve;
      keys.onerror = reject;
    });
    return keys.result.map((key) => String(key).slice(0, 32)).filter((id) => /^[\da-f]{32}$/.test(id));
  } finally {
    database.close();
  }
}

/**
 * Script that runs before all others in the page: it tells the server of which turns a write has resolved or a beacon
 * was accepted, and notes when the widget has read its outbox. With `eats` in its address it also takes the allowance of 64 KiB that all scripts of a page share, as
 * another script would; with `plays` it opens the chat and asks by itself.
 */
export const WATCH = `(() => {
  const given = new URLSearchParams(location.search);
  const send = window.fetch;
  const mark = (what, ids) => void send('/mark' + location.search + '&what=' + what, {method: 'POST', body: ids.join()}).catch(() => {});
  const {put} = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    const {id} = value?.record ?? {};
    if (id) this.transaction.addEventListener('complete', () => mark('kept', [id]));
    return put.call(this, value, key);
  };
  const {getAll} = IDBObjectStore.prototype;
  IDBObjectStore.prototype.getAll = function () {
    const request = getAll.call(this);
    if (this.transaction.db.name === 'firstword-outbox') request.addEventListener('success', () => { window.outboxIsRead = true; });
    return request;
  };
  const {sendBeacon} = Navigator.prototype;
  Navigator.prototype.sendBeacon = function (url, body) {
    const isAccepted = sendBeacon.call(this, url, body);
    if (isAccepted) mark('beacon', JSON.parse(body).turns.map(({id}) => id));
    return isAccepted;
  };
  if (given.has('eats')) void send('/hang', {method: 'POST', keepalive: true, body: 'x'.repeat(65_400)}).catch(() => {});
  if (!given.has('plays')) return;
  const readOutbox = ${readOutbox};
  const until = async (holds) => { while (!(await holds())) await new Promise((again) => setTimeout(again, 20)); };
  addEventListener('firstword:send', ({detail}) => mark('asked', [detail.turnId]));
  addEventListener('firstword:ready', async () => {
    mark('found', await readOutbox());
    Firstword.open();
    await until(() => window.outboxIsRead);
    const number = given.get('end');
    if (number !== '0') return Firstword.send('Question ' + number + '?');
    await until(async () => (await readOutbox()).length === 0);
    mark('empty', ['all']);
  });
})();
`;
