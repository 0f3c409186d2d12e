export type {BlockKind} from './draw-blocks.ts';
export {createPolicy, type Policy, type PolicyOptions} from './policy.ts';
export {createRenderer, type Renderer, type RendererOptions} from './renderer.ts';
