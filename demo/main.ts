import {createBackend} from './backend.ts';
import {listen} from './listen.ts';

const wanted = Number(process.env['PORT'] ?? 3000);
const backend = await createBackend({observe: () => undefined});
const server = await listen({
  fetch: backend.fetch,
  port: wanted,
  onTaken: (port) => console.log(`Port ${port} is in use, trying ${port + 1}.`),
});

const model = process.env['OPENAI_BASE_URL']
  ? `${process.env['OPENAI_MODEL'] ?? 'OPENAI_MODEL is not set'}`
  : 'a simulated model (set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL for a real one)';
console.log(`
Firstword is here, answered by ${model}:

  ${server.url}/              what is here
  ${server.url}/checkout      the demo shop
  ${server.url}/dashboard     what visitors felt
  ${server.url}/chat          endpoint (POST)
  ${server.url}/v1/turns      beacons (POST)
  ${server.url}/v1/summary    the figures as JSON
  ${server.url}/metrics       the figures for Prometheus
  ${server.url}/firstword.js  the script

Ctrl-C stops it.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await server.close();
    await backend.close();
    process.exit(0);
  });
}
