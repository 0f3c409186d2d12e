import {describe, expect, it, vi} from 'vitest';
import {ask} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {GONE, openShop, readRefusal} from './shop.ts';

describe('a visitor', () => {
  /** Who is named in the request's header; without it nobody is known, and one is blocked. */
  const authorize = (request: Request): unknown => {
    const name = request.headers.get('authorization');
    return name === 'blocked' ? new Response(null, {status: 418}) : name && {id: name};
  };
  const as = (authorization: string) => ({authorization});

  it("finds nobody else's answer", async () => {
    const {handler, resume, replay, stop, spans} = openShop(['a', () => new Promise(() => {})], {authorize});
    const events = readEvents(await handler(ask('?', {headers: as('ann')})));
    const {sseId} = await events.until('text-delta');
    expect(await readRefusal(await resume(sseId, {headers: as('bob')}))).toMatchObject(GONE);
    expect((await replay('c1', as('bob'))).status).toBe(204);
    expect(await (await stop(as('bob'))).json()).toEqual({stopped: false});
    const second = readEvents(await handler(ask('another', {headers: as('bob')})));
    expect((await second.part())?.type).toBe('start');
    expect(spans).toEqual([]);
    const [mine, again] = await Promise.all([replay('c1', as('ann')), resume(sseId, {headers: as('ann')})]);
    expect(await (await stop(as('ann'))).json()).toEqual({stopped: true});
    expect((await readAnswer(mine)).types.at(-1)).toBe('abort');
    expect((await readAnswer(again)).types.at(-1)).toBe('abort');
    await second.cancel();
    await stop(as('bob'));
  });

  it('is asked for by every way to an answer', async () => {
    const {handler, resume, replay, stop} = openShop(['a'], {authorize});
    const {parts} = await readAnswer(await handler(ask('?', {headers: as('ann')})));
    const first = String(parts[0]?.sseId);
    for (const nobody of [await resume(first), await replay(), await stop()]) expect(nobody.status).toBe(401);
    const blocked = as('blocked');
    for (const refused of [await resume(first, {headers: blocked}), await replay('c1', blocked), await stop(blocked)]) {
      expect([refused.status, refused.headers.get('x-firstword')]).toEqual([418, '1']);
    }
  });

  it.each([
    ['a text', 'ann', 'bob'],
    ['a number', 1, '1'],
    ['an id', {id: 1, seenAt: 1}, {id: 2, seenAt: 1}],
    ['a text and an id', 'ann', {id: 'ann '}],
  ])('is told from others by %s', async (_, ann, bob) => {
    let visitor: unknown = ann;
    const {handler, resume} = openShop(['a'], {authorize: () => visitor});
    const {parts} = await readAnswer(await handler(ask('?')));
    const first = String(parts[0]?.sseId);
    expect((await readAnswer(await resume(first))).text).toBe('a');
    visitor = bob;
    expect(await readRefusal(await resume(first))).toMatchObject(GONE);
  });

  it('is the same for everybody when authorize only lets in', async () => {
    const {handler, resume} = openShop(['a'], {authorize: () => undefined});
    const {parts} = await readAnswer(await handler(ask('?')));
    expect((await readAnswer(await resume(String(parts[0]?.sseId)))).text).toBe('a');
  });

  it('is never the same without an id, which the console says once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const {handler, resume} = openShop(['a'], {authorize: () => ({name: 'ann'})});
    const {parts} = await readAnswer(await handler(ask('?')));
    expect(await readRefusal(await resume(String(parts[0]?.sseId)))).toMatchObject(GONE);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^\[firstword\] authorize .* without `id`/)]]);
    warn.mockRestore();
  });
});
