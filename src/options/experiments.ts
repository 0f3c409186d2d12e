/** One arm of an experiment: its part of the page views, and the options that it sets, as attributes write them. */
export interface Arm {
  arm: string;
  share: number;
  set: Readonly<Record<string, string>>;
}

/** An experiment by its name. */
export interface Experiment {
  name: string;
  arms: readonly Arm[];
}

/** The most experiments of a page, and arms of one. */
const MAX_EXPERIMENTS = 4;

/** How far from 1 shares may sum. */
const SUM_TOLERANCE = 0.001;

const NAME = /^[a-z0-9][\w.-]{0,31}$/;

/** In this arm what is configured stays as it is. */
const AS_IT_IS = 'on';

/**
 * Reads what `data-experiment` declares: `name:arm=share|arm=share`, several separated by `;`, where the name is an
 * option and an arm a value of it, or JSON: `{"name": {"arm": {"share": 0.5, "set": {"hedge": "auto"}}}}`.
 *
 * @returns The experiments, or in words why there are none.
 */
export function readExperiments(raw: string): Experiment[] | string {
  const read = raw.trim()[0] === '{' ? fromJson(raw) : raw.split(';').map(fromWords);
  if (typeof read === 'string') return read;
  if (read.length > MAX_EXPERIMENTS) return `${read.length} experiments are more than ${MAX_EXPERIMENTS}`;
  const names = new Set(read.map(({name}) => name));
  if (names.size < read.length) return 'two experiments have one name';
  for (const {name, arms} of read) {
    const sum = arms.reduce((all, {share}) => all + share, 0);
    const wrong = [name, ...arms.map(({arm}) => arm)].find((each) => !NAME.test(each));
    if (wrong !== undefined) return `"${wrong.slice(0, 40)}" is no name`;
    if (arms.some(({share}) => !(share >= 0 && share <= 1))) return `${name} has a share that is not from 0 to 1`;
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) return `the shares of ${name} sum to ${+sum.toFixed(4)}, not to 1`;
  }
  return read;
}

function fromWords(words: string): Experiment {
  const [name = '', list = ''] = words.trim().split(/:(.*)/s);
  const arms = list.split('|').map((each): Arm => {
    const [arm = '', share = ''] = each.split('=');
    return {arm, share: Number(share), set: arm === AS_IT_IS ? {} : {[name]: arm}};
  });
  return {name, arms};
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fromJson(raw: string): Experiment[] | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch {
    return 'it is no JSON';
  }
  if (!isObject(parsed)) return 'it is no object';
  const read: Experiment[] = [];
  for (const [name, arms] of Object.entries(parsed)) {
    if (!isObject(arms)) return `${name} has no arms`;
    const list: Arm[] = [];
    for (const [arm, fields] of Object.entries(arms)) {
      const {share, set = {}} = isObject(fields) ? fields : {};
      if (typeof share !== 'number' || !isObject(set)) return `${name}.${arm} has no share, or sets no options`;
      list.push({arm, share, set: Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)]))});
    }
    read.push({name, arms: list});
  }
  return read;
}

/**
 * Assigns a page view to an arm of each experiment: the same page to the same arm, in every experiment on its own.
 *
 * @param pageId - The id of the page view, as beacons name it.
 */
export function assignArms(experiments: readonly Experiment[], pageId: string): (Arm & {name: string})[] {
  return experiments.flatMap(({name, arms}) => {
    let point = drawOf(`${pageId} ${name}`);
    const found = arms.find(({share}) => {
      point -= share;
      return point < 0;
    });
    const assigned = found ?? arms.findLast(({share}) => share > 0); // what rounding leaves over
    return assigned ? [{name, ...assigned}] : [];
  });
}

/** A number from 0 up to, not including, 1 that a text determines: FNV-1a, mixed as murmur3 ends. */
function drawOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}
