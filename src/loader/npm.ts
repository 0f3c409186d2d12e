import {defineElement} from './element.ts';

export type {FirstwordElement} from './element.ts';
export {type MountOptions, mount} from './mount.ts';

defineElement();
