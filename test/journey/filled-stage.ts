import {type Stage, type StageOptions, startStage} from './stage.ts';

/** Asks the collector itself, past what was kept. */
const PAST = 'x-past-kept';

const isRead = ({method, url}: Request) =>
  method === 'GET' && /^\/v1\/(summary|reports\/\w+)$/.test(new URL(url).pathname);

/**
 * Starts the demo, fills its collector, and has it compute each view of the figures once: what it holds does not change
 * from then on, and to compute is most of what a look at the dashboard costs.
 *
 * @param options.fill - Stores the turns of the stage at this address.
 * @param options.intercept - Comes first, as on any stage.
 */
export async function startFilledStage(options: {
  fill: (url: string) => Promise<void>;
  intercept?: StageOptions['intercept'];
}): Promise<Stage> {
  const kept = new Map<string, Promise<{body: string; status: number}>>();

  async function compute(url: string): Promise<{body: string; status: number}> {
    const response = await fetch(url, {headers: {[PAST]: '1'}});
    const {status} = response;
    if (status !== 200) kept.delete(url); // not computed yet
    return {body: await response.text(), status};
  }

  const stage = await startStage({
    async intercept(request) {
      const {url, headers} = request;
      if (headers.has(PAST)) return undefined;
      const answered = await options.intercept?.(request);
      if (answered || !isRead(request)) return answered;
      const computed = kept.get(url) ?? compute(url);
      kept.set(url, computed);
      const {body, status} = await computed;
      return new Response(body, {status, headers: {'content-type': 'application/json', 'cache-control': 'no-store'}});
    },
  });
  await options.fill(stage.url);
  return stage;
}
