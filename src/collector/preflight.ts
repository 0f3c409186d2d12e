/** Answers a browser that asks whether pages of another origin may send. */
export function preflight(methods: string, headers: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': methods,
      'access-control-allow-headers': headers,
      'access-control-max-age': '7200',
    },
  });
}
