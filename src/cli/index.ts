export {CommandError, type CommandErrorKind} from './command-error.ts';
export {runServe, type ServeArguments} from './run-serve.ts';
