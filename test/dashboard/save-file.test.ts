import {afterEach, expect, it, vi} from 'vitest';
import {saveAnswer} from '../../src/dashboard/save-file.ts';

afterEach(() => vi.unstubAllGlobals());

/** Stands for the page's document: notes what would be saved, and under which name. */
function watchSaving(): {name: string; blob: Blob}[] {
  const saved: {name: string; blob: Blob}[] = [];
  const blobs = new Map<string, Blob>();
  vi.stubGlobal('URL', {
    createObjectURL(blob: Blob) {
      blobs.set(`blob:${blobs.size}`, blob);
      return `blob:${blobs.size - 1}`;
    },
    revokeObjectURL: () => undefined,
  });
  vi.stubGlobal('document', {
    createElement: () => ({
      href: '',
      download: '',
      click() {
        saved.push({name: this.download, blob: blobs.get(this.href) ?? new Blob()});
      },
    }),
  });
  return saved;
}

it('saves a file under the name that the collector gives it, and tells where it is cut', async () => {
  const saved = watchSaving();
  const fetchUrl = vi.fn<typeof fetch>(async () => {
    const headers = {'content-disposition': 'attachment; filename="a-b.csv"', 'firstword-cut': 'newest 2 of 3'};
    return new Response('x,y\r\n', {headers});
  });
  expect(await saveAnswer({url: '/file', token: 'secret', fetchUrl})).toEqual({
    fileName: 'a-b.csv',
    cut: 'newest 2 of 3',
  });
  expect(fetchUrl.mock.calls[0]?.[1]?.headers).toEqual({authorization: 'Bearer secret'});
  expect(saved.map(({name}) => name)).toEqual(['a-b.csv']);
  expect(await saved[0]?.blob.text()).toBe('x,y\r\n');
});

it('saves nothing that was refused, or that broke off', async () => {
  const saved = watchSaving();
  for (const [status, problem] of [
    [401, 'no-token'],
    [500, 'refused'],
  ] as const) {
    const refused = saveAnswer({url: '/file', fetchUrl: async () => new Response('', {status})});
    await expect(refused).rejects.toMatchObject({problem});
  }
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error('cut'));
    },
  });
  const cut = saveAnswer({url: '/file', fetchUrl: async () => new Response(broken)});
  await expect(cut).rejects.toMatchObject({problem: 'offline'});
  const away = saveAnswer({url: '/file', fetchUrl: () => Promise.reject(new TypeError('no network'))});
  await expect(away).rejects.toMatchObject({problem: 'offline'});
  expect(saved).toEqual([]);
});
