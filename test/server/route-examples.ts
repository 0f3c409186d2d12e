import type {RouteExample} from '../../src/server/index.ts';

const THINGS = [
  'mattress',
  'pillow',
  'duvet',
  'bed frame',
  'topper',
  'blanket',
  'slatted base',
  'sheet',
  'cover',
  'lamp',
];

const SIMPLE = [
  (one: string) => `What does the ${one} cost?`,
  (one: string) => `Is the ${one} in stock?`,
  (one: string) => `When will my ${one} arrive?`,
  (one: string) => `Can I return the ${one}?`,
  (one: string) => `Do you have a ${one} in blue?`,
  (one: string) => `where do I find the ${one}`,
];

const COMPLEX = [
  (one: string, other: string) =>
    `Would the ${one} or the ${other} suit somebody with back pain, and what does each cost over ten years?`,
  (one: string, other: string) => `Compare the ${one} with the ${other} for two people of different weight`,
  (one: string, other: string) =>
    `My ${one} came damaged but I already used it for a week, which rights do I have if I bought it with the ${other}?`,
  (one: string, other: string) =>
    `Put together a bedroom with a ${one} and a ${other} below 900 euros and explain your choice`,
  (one: string) => `Why does my new ${one} smell and what can I do about it when I have asthma?`,
  (one: string, other: string) =>
    `I sleep hot, share the bed and move twice a year: is the ${one} still right or should I take the ${other}`,
];

/** Questions of a shop with the route that each should take; the things of the two halves differ. */
export function writeRouteExamples(half: 'taught' | 'held'): RouteExample[] {
  const things = half === 'taught' ? THINGS.slice(0, 6) : THINGS.slice(6);
  return things.flatMap((one, at) => {
    const other = things[(at + 1) % things.length] ?? one;
    return [
      ...SIMPLE.map((write): RouteExample => ({question: write(one), route: 'fast'})),
      ...COMPLEX.map((write): RouteExample => ({question: write(one, other), route: 'powerful'})),
    ];
  });
}
