import type {ExperimentPlan} from './arm-plan.ts';
import type {Inputs} from './compute.ts';
import type {ReadWindow, Store} from './store.ts';

const DAY_MS = 86_400_000;

/** Experiments by name, as they were planned. */
export type ExperimentPlans = Readonly<Record<string, ExperimentPlan>>;

/** What a report is gathered from. */
export interface Means {
  store: Store;
  window: ReadWindow;
  plans: ExperimentPlans;
}

/** How the turns are gathered of which each report that takes long is made. */
export const GATHER: {readonly [Name in keyof Inputs]: (means: Means) => Promise<Inputs[Name]>} = {
  arms: gatherArms,
  cold: async ({store, window}) => ({rows: await store.read('cold', window)}),
  async drift({store, window}) {
    const {untilAt} = window;
    const beforeAt = untilAt - 8 * DAY_MS;
    const rows = await store.read('drift', {...window, fromAt: beforeAt});
    return {rows, beforeAt, fromAt: untilAt - DAY_MS, untilAt};
  },
  tasks: ({store, window}) => store.read('tasks', window),
};

/** Gathers each planned experiment from its own time, whatever time is looked at, and all others of that time. */
async function gatherArms({store, window, plans}: Means): Promise<Inputs['arms']> {
  const {fromAt, untilAt, nowAt, site, route, class: promptClass, device, net} = window;
  const isNarrowed = [site, route, promptClass, device, net].some((filter) => filter !== undefined);
  const without = Object.keys(plans);
  const others = {reading: await store.read('arms', window), fromAt, untilAt, nowAt, isNarrowed, without};
  const planned: Inputs['arms'][number][] = [];
  for (const [name, plan] of Object.entries(plans)) {
    const {end} = plan;
    const times = {fromAt: plan.fromAt, untilAt: end.kind === 'time' ? Math.min(end.at, nowAt) : nowAt};
    const experiment = {name, firstCount: end.kind === 'turns' ? end.turnCount : undefined};
    const reading = await store.read('arms', {...window, ...times, experiment});
    planned.push({reading, ...times, nowAt, isNarrowed, planned: {name, plan}});
  }
  return [others, ...planned];
}
