export type {PackReport} from './calibrate.ts';
export * from './compile.ts';
export {confidentScore} from './judge.ts';
export * from './matcher.ts';
export type {CompiledPack, FaqEntry, Negative, PlainPack} from './pack.ts';
