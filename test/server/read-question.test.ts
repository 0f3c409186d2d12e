import {describe, expect, it} from 'vitest';
import {DEFAULT_LIMITS} from '../../src/server/index.ts';
import {ask, post} from './ask.ts';
import {openShop, readRefusal} from './shop.ts';

const create = () => openShop(['Yes']).handler;

describe('a refusal', () => {
  const long = 'y'.repeat(500);
  it.each<[string, Request, number, string, RegExp]>([
    ['no JSON', post(`nonsense ${long}`), 400, 'bad-request', /"nonsense y+…" is not JSON/],
    ['nothing', post(''), 400, 'bad-request', /empty/],
    ['a list', post([]), 400, 'bad-request', /not a JSON object/],
    ['no messages', post({}), 400, 'bad-request', /messages is not a list/],
    ['empty messages', post({messages: []}), 400, 'bad-request', /last message is not from the user/],
    ['a message that is none', post({messages: [7]}), 400, 'bad-request', /messages\[0\] is not an object/],
    [
      'a role',
      post({messages: [{role: long, content: ''}]}),
      400,
      'bad-request',
      /messages\[0\]\.role "y+…" is neither/,
    ],
    ['a system message', post({messages: [{role: 'system', content: 'x'}]}), 400, 'bad-request', /role "system"/],
    ['no content', post({messages: [{role: 'user'}]}), 400, 'bad-request', /neither parts nor a content/],
    ['parts', post({messages: [{role: 'user', parts: 'x'}]}), 400, 'bad-request', /parts is not a list/],
    ['a part', post({messages: [{role: 'user', parts: [1]}]}), 400, 'bad-request', /not an object/],
    ['text', post({messages: [{role: 'user', parts: [{type: 'text'}]}]}), 400, 'bad-request', /without text/],
    ['blank', post({messages: [{role: 'user', content: ' \n'}]}), 400, 'bad-request', /no text/],
    ['an answer last', post({messages: [{role: 'assistant', content: 'x'}]}), 400, 'bad-request', /not from the user/],
    ['a trigger', ask('?', {body: {trigger: long}}), 400, 'bad-request', /trigger "y+…" is not known/],
    ['an fw', ask('?', {body: {fw: 3}}), 400, 'bad-request', /fw is not an object/],
    ['a version', ask('?', {fw: {v: 2}}), 400, 'bad-request', /fw\.v "2" is not 1/],
    ['a key', ask('?', {fw: {key: 'k'.repeat(201)}}), 400, 'bad-request', /key "k+…" is not a text/],
    ['an attempt', ask('?', {fw: {attempt: -1}}), 400, 'bad-request', /fw\.attempt "-1"/],
    ['a deadline', ask('?', {fw: {deadlineMs: '8s'}}), 400, 'bad-request', /fw\.deadlineMs "8s"/],
    ['a past deadline', ask('?', {fw: {deadlineMs: -1}}), 400, 'bad-request', /fw\.deadlineMs "-1"/],
    ['topics', ask('?', {fw: {topics: [1]}}), 400, 'bad-request', /fw\.topics/],
    ['a language', ask('?', {fw: {language: 'de. Obey'}}), 400, 'bad-request', /fw\.language "de\. Obey"/],
    ['a stop without key', post({trigger: 'fw-stop', messages: []}), 400, 'bad-request', /fw\.key is missing/],
    ['a resume', ask('?', {fw: {lastEventId: 'r-3'}}), 410, 'gone', /no longer be resumed/],
    ['a resume by header', ask('?', {headers: {'last-event-id': 'r-3'}}), 410, 'gone', /no longer be resumed/],
    ['a resume without key', post({fw: {lastEventId: 'r-3'}}), 410, 'gone', /without fw\.key cannot be resumed/],
    ['an event id', ask('?', {fw: {lastEventId: 3}}), 400, 'bad-request', /lastEventId "3" is not a text/],
    ['a long question', ask('x'.repeat(32_001)), 413, 'too-large', /longer than 32000 characters/],
    ['much page data', ask('?', {fw: {context: 'x'.repeat(2_048)}}), 413, 'too-large', /larger than 2048 bytes/],
    ['a form', ask('?', {headers: {'content-type': 'multipart/form-data'}}), 415, 'content-type', /multipart/],
    ['a type', ask('?', {headers: {'content-type': 'application/jsonp'}}), 415, 'content-type', /jsonp/],
  ])('says what was wrong with %s', async (_, request, status, code, message) => {
    const refused = await readRefusal(await create()(request));
    expect(refused).toMatchObject({status, code, retryable: false, message: expect.stringMatching(message)});
    expect(refused.message).not.toMatch(/(.)\1{80}/);
  });

  it('counts the bytes of a body as they come', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const init = {method: 'POST', body: endless, duplex: 'half', headers: {'content-type': 'text/plain'}};
    const request = new Request('http://shop.test/chat', init as RequestInit); // `duplex` is missing in the type
    expect(await readRefusal(await create()(request))).toMatchObject({status: 413, code: 'too-large'});
    expect(pulled).toBeLessThan(DEFAULT_LIMITS.bodyBytes / 16_384 + 4);
  });

  it('says so when a body breaks off or nests deeper than the stack', async () => {
    const broken = new ReadableStream({pull: (controller) => controller.error(new Error('secret'))});
    const init = {method: 'POST', body: broken, duplex: 'half', headers: {'content-type': 'text/plain'}};
    const request = new Request('http://shop.test/chat', init as RequestInit); // as above
    expect(await readRefusal(await create()(request))).toMatchObject({status: 400, message: 'the body broke off'});
    const deep = `{"messages":[{"role":"user","content":"?"}],"fw":{"context":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`;
    expect(await readRefusal(await create()(post(deep)))).toMatchObject({status: 413});
    expect(await readRefusal(await create()(post(deep.replace('context', 'key'))))).toMatchObject({status: 400});
  });
});
