export type {EventDetail, EventName, FirstwordApi, Handoff, OnHandoff} from './chat/index.ts';
export type {TurnRecord} from './latency/index.ts';
export {type FirstwordElement, type MountOptions, mount} from './loader/index.ts';
export type {Said} from './protocol/index.ts';
