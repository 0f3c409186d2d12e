import {burningSince, byObjective, heldRule, mergeBins, objectiveKey, worstOf} from './burn.ts';
import type {BurnBin, BurnGroup, Objective, StoredAlert} from './burn-reading.ts';

/** An alert goes on while a rule holds at so much of its threshold: a burn close to one does not ring on and off. */
export const CLEAR_EASE = 0.8;

/** An alert is over when nothing has burned for so long. */
export const CLEAR_AFTER_MS = 300_000;

/**
 * Judges which alerts begin and which are over. Each route of a site is looked at by itself, then all those together that do not
 * fire by themselves: what is spread too thin to show anywhere shows there, and what shows in one place is told once.
 *
 * @param options.firing - Alerts that fire.
 * @param options.groups - Turns of the last three days.
 * @returns New alerts and those that changed.
 */
export function judgeAlerts(options: {
  firing: readonly StoredAlert[];
  groups: readonly BurnGroup[];
  nowAt: number;
}): StoredAlert[] {
  const {firing, groups, nowAt} = options;
  const grouped = byObjective(groups);
  const objectives = new Map([...groups, ...firing].map((each) => [objectiveKey(each), each]));
  return [...objectives].flatMap(([key, {kind, name, targetShare}]) =>
    judgeObjective({
      objective: {kind, name, targetShare},
      firing: firing.filter((alert) => objectiveKey(alert) === key),
      groups: grouped.get(key) ?? [],
      nowAt,
    }),
  );
}

function judgeObjective(options: {
  objective: Objective;
  firing: readonly StoredAlert[];
  groups: readonly BurnGroup[];
  nowAt: number;
}): StoredAlert[] {
  const {objective, firing, groups, nowAt} = options;
  const places = Map.groupBy(groups, (group) => keyOf(placeOf(group)));
  const alone = new Set(firing.filter(({site}) => site !== undefined).map(keyOf));
  const together = firing.find(({site}) => site === undefined);

  const begun: StoredAlert[] = [];
  for (const [key, among] of together ? [] : places) {
    const [first] = among;
    const alert = first && !alone.has(key) && beginAlert({objective, place: placeOf(first), groups: among, nowAt});
    if (alert) begun.push(alert);
  }
  for (const alert of begun) alone.add(keyOf(alert));

  const others = groups.filter((group) => !alone.has(keyOf(placeOf(group))));
  const all = together ? undefined : beginAlert({objective, place: {}, groups: others, nowAt});
  const changed = firing.flatMap((alert) => {
    const among = alert === together ? others : (places.get(keyOf(alert)) ?? []);
    return continueAlert({alert, bins: mergeBins(among), nowAt}) ?? [];
  });
  return [...begun, ...(all ? [all] : []), ...changed];
}

/** Where something burns by itself; a place of nothing is everywhere. */
type Place = Pick<StoredAlert, 'site' | 'route'>;

/**
 * A page knows its route before anything went wrong. Which route the backend took is often not known of a turn that
 * failed, so of a milestone it would divide the bad from the good; a stage that ran has one.
 */
function placeOf({kind, site, pageRoute, route}: BurnGroup): Place {
  const own = kind === 'milestone' ? pageRoute : (route ?? pageRoute);
  return {site, ...(own === undefined ? {} : {route: own})};
}

function keyOf({site, route}: Place): string {
  return [site, route].filter((name) => name !== undefined).join(' ');
}

function beginAlert(options: {
  objective: Objective;
  place: Place;
  groups: readonly BurnGroup[];
  nowAt: number;
}): StoredAlert | undefined {
  const {objective, place, groups, nowAt} = options;
  const bins = mergeBins(groups);
  const rule = heldRule({bins, objective});
  if (!rule) return undefined;
  const budgetMs = groups[0]?.budgetMs;
  const isOne = groups.every((group) => group.budgetCount === 1 && group.budgetMs === budgetMs);
  const worst = worstOf(groups);
  return {
    id: [objectiveKey(objective), keyOf(place) || 'together', nowAt].join(' '),
    state: 'firing',
    ...objective,
    ...(isOne && budgetMs !== undefined ? {budgetMs} : {}),
    ...place,
    ...(worst ? {worst} : {}),
    sinceAt: burningSince(bins, objective) ?? nowAt,
    firedAt: nowAt,
    rule,
    told: 'nothing',
  };
}

/** Tells what becomes of an alert; undefined where it stays as it is. */
function continueAlert(options: {
  alert: StoredAlert;
  bins: readonly BurnBin[];
  nowAt: number;
}): StoredAlert | undefined {
  const {alert, bins, nowAt} = options;
  const {quietSinceAt, ...rest} = alert;
  if (heldRule({bins, objective: alert, ease: CLEAR_EASE})) return quietSinceAt === undefined ? undefined : rest;
  if (quietSinceAt === undefined) return {...rest, quietSinceAt: nowAt};
  return nowAt - quietSinceAt < CLEAR_AFTER_MS ? undefined : {...rest, state: 'cleared', clearedAt: nowAt};
}
