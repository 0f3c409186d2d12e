/** Writes the POST of a question, as the widget sends it, with whatever should be otherwise. */
export function ask(
  text: string,
  {fw = {}, headers = {}, body = {}}: {fw?: object; headers?: Record<string, string>; body?: object} = {},
): Request {
  return post(
    {
      id: 'c1',
      trigger: 'submit-message',
      messages: [{id: 'm1', role: 'user', content: text, parts: [{type: 'text', text}]}],
      fw: {v: 1, key: 'k1', attempt: 0, ...fw},
      ...body,
    },
    headers,
  );
}

/** Writes any POST. */
export function post(body: unknown, headers: Record<string, string> = {}): Request {
  return new Request('http://shop.test/chat', {
    method: 'POST',
    headers: {'content-type': 'application/json', ...headers},
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
