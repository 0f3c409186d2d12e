import {Ajv2020} from 'ajv/dist/2020.js';
import type {TurnRecord} from '../latency/index.ts';
import schema from '../protocol/beacon.schema.json' with {type: 'json'};
import {BEACON_MAX_TURNS, BEACON_VERSION, type BeaconBatch} from '../protocol/index.ts';
import {createStripper, type SchemaNode} from './known-names.ts';
import {BODY_LIMIT_BYTES} from './refusal.ts';

/** A post as the schema lets it through, or the code of what was wrong with all of it. */
export type BeaconReading =
  | {kind: 'refused'; code: 'too-large' | 'not-json' | 'version' | 'envelope'}
  | {kind: 'read'; batch: BeaconBatch; refusedCount: number; strippedCount: number};

/**
 * Reads a request's body up to BODY_LIMIT_BYTES, by the bytes that come and not by what the header promises; the rest
 * of a longer one is not read.
 *
 * @returns The text, or why there is none; a body that breaks off counts as no JSON.
 */
export async function readBody(request: Request): Promise<{text: string} | {code: 'too-large' | 'not-json'}> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT_BYTES) return {code: 'too-large'};
  if (!request.body) return {text: ''};
  const decoder = new TextDecoder('utf-8', {fatal: true});
  const reader = request.body.getReader();
  let text = '';
  let byteCount = 0;
  try {
    for (;;) {
      const {done, value} = await reader.read();
      byteCount += value?.byteLength ?? 0;
      if (byteCount > BODY_LIMIT_BYTES) {
        reader.cancel().catch(() => undefined); // the answer does not depend on how the client takes it
        return {code: 'too-large'};
      }
      text += decoder.decode(value, {stream: !done});
      if (done) return {text};
    }
  } catch {
    return {code: 'not-json'}; // not UTF-8, or the client went away; either way there is nobody to tell more
  }
}

/**
 * Builds the reader of beacons: unknown properties are removed and counted, the envelope is held against the schema,
 * then each turn by itself, so that one bad turn costs only itself.
 */
export function createBeaconReader(): (text: string) => BeaconReading {
  const ajv = new Ajv2020({allErrors: false});
  ajv.addSchema(schema);
  const isEnvelope = ajv.compile<BeaconBatch>({
    ...schema,
    $id: 'urn:firstword:beacon:1:envelope',
    properties: {...schema.properties, turns: {type: 'array', minItems: 1, maxItems: BEACON_MAX_TURNS}},
  });
  const isTurn = ajv.compile<TurnRecord>({$ref: `${schema.$id}#/$defs/turn`});
  // the file's own type is narrower than any schema: it knows each property by name
  const strip = createStripper(schema as SchemaNode);

  return (text) => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return {kind: 'refused', code: 'not-json'}; // the error quotes the text, so it ends here
    }
    if (versionOf(json) !== BEACON_VERSION) return {kind: 'refused', code: 'version'};
    const {value, strippedCount} = strip(json);
    if (!isEnvelope(value)) return {kind: 'refused', code: 'envelope'};
    const turns = value.turns.filter((turn) => isTurn(turn));
    return {kind: 'read', batch: {...value, turns}, refusedCount: value.turns.length - turns.length, strippedCount};
  };
}

/** A body that names no version at all is left to the schema, which misses it. */
function versionOf(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'v')) return BEACON_VERSION;
  return (json as {v: unknown}).v; // seen on the line above
}
