import {createShelf, type Shelf} from '../../src/storage/index.ts';

/** Makes a shelf that waits as long as a busy machine may need. */
export const patientShelf = (name: string): Shelf => createShelf(name, {limitMs: 30_000});

/** Lists the databases of this origin. */
export const databaseNames = async () => (await indexedDB.databases()).map(({name}) => name);

/** Waits for a request. */
export const outcome = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Opens a database as other code of the page might, which lets go of it for nobody. */
export function openForeign(
  name: string,
  {version, stores = []}: {version?: number; stores?: string[]} = {},
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const store of stores) request.result.createObjectStore(store);
  };
  return outcome(request);
}

/** Deletes a database, and says whether somebody was in the way. */
export async function deleteForeign(name: string): Promise<{isBlocked: boolean}> {
  const request = indexedDB.deleteDatabase(name);
  let isBlocked = false;
  request.onblocked = () => {
    isBlocked = true;
  };
  await outcome(request);
  return {isBlocked};
}

/** Puts a value where a shelf keeps its own, as other code might. */
export async function putForeign(name: string, {key, value}: {key: string; value: unknown}): Promise<void> {
  const database = await openForeign(name, {stores: ['kept']});
  const transaction = database.transaction('kept', 'readwrite');
  await outcome(transaction.objectStore('kept').put(value, key));
  database.close();
}
