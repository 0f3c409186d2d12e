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
  ${server.url}/script-inventory.html
                              every script with its hash, for reviews

Ctrl-C stops it.`);

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await server.close();
  await backend.close();
  process.exit(0);
}
process.on('SIGINT', end);
process.on('SIGTERM', end);
process.on('SIGHUP', end);
process.on('disconnect', end); // whoever started this is gone
