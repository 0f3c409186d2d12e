import {describe, expect, it} from 'vitest';
import {createVisitorTokens, VISITOR_TOKEN_TTL_MS} from '../../src/server/index.ts';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {GONE, openShop, readRefusal} from './shop.ts';

const SECRET = 'a secret of thirty-two bytes, at least';
const OTHER = 'another secret of thirty-two bytes, at least';
const bearer = (token: string) => ({authorization: `Bearer ${token}`});

describe("a visitor's token", () => {
  it('names its visitor until its time is over', async () => {
    let at = 1_000;
    const {signVisitor, verifyVisitor} = createVisitorTokens({secret: SECRET, now: () => at});
    const token = await signVisitor('ann é 😀');
    at += VISITOR_TOKEN_TTL_MS - 1;
    expect(await verifyVisitor(token)).toBe('ann é 😀');
    at += 1;
    expect(await verifyVisitor(token)).toBeUndefined();
  });

  it('is nothing when a single sign of it is another', async () => {
    const {signVisitor, verifyVisitor} = createVisitorTokens({secret: SECRET});
    const token = await signVisitor('ann');
    expect(await verifyVisitor(token)).toBe('ann');
    const lastOfMac = token.length - 1; // of its six bits two stand for nothing
    for (let at = 0; at < lastOfMac; at++) {
      const other = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(await verifyVisitor(other), `sign ${at}`).toBeUndefined();
    }
  });

  it.each(['', '.', 'a', 'a.b', 'a.b.c', '=.=', `${'a'.repeat(5_000)}.b`, 'ä.ö'])('is not %s', async (token) => {
    expect(await createVisitorTokens({secret: SECRET}).verifyVisitor(token)).toBeUndefined();
  });

  it('is not good under another secret; a list lets one be changed', async () => {
    const old = await createVisitorTokens({secret: SECRET}).signVisitor('ann');
    expect(await createVisitorTokens({secret: OTHER}).verifyVisitor(old)).toBeUndefined();
    const both = createVisitorTokens({secret: [OTHER, SECRET]});
    expect(await both.verifyVisitor(old)).toBe('ann');
    expect(await createVisitorTokens({secret: OTHER}).verifyVisitor(await both.signVisitor('bob'))).toBe('bob');
  });

  it('needs a secret that is one', () => {
    expect(() => createVisitorTokens({secret: 'short'})).toThrow(TypeError);
    expect(() => createVisitorTokens({secret: []})).toThrow(TypeError);
    expect(() => createVisitorTokens({secret: [SECRET, '']})).toThrow(TypeError);
  });

  it('lets its visitor ask and go on, and nobody else', async () => {
    const {authorize, signVisitor} = createVisitorTokens({secret: SECRET});
    const {handler, resume} = openShop(['Yes'], {authorize});
    const [ann, bob] = [bearer(await signVisitor('ann')), bearer(await signVisitor('bob'))];
    const {parts, text} = await readAnswer(await handler(ask('?', {headers: ann})));
    expect(text).toBe('Yes');
    const first = String(parts[0]?.sseId);
    expect((await readAnswer(await resume(first, {headers: ann}))).text).toBe('Yes');
    expect(await readRefusal(await resume(first, {headers: bob}))).toMatchObject(GONE);
    const unknown = {status: 401, code: 'unauthorized'};
    expect(await readRefusal(await handler(ask('?')))).toMatchObject(unknown);
    expect(await readRefusal(await handler(ask('?', {headers: {authorization: 'Basic x'}})))).toMatchObject(unknown);
    const changed = bearer(`${await signVisitor('ann')}x`);
    expect(await readRefusal(await handler(ask('?', {headers: changed})))).toMatchObject(unknown);
  });
});
