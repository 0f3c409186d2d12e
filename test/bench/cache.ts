// npm run bench:cache: how often a kept answer is given to another question, what time a kept answer takes, and what
// time it takes to class a question.
import {ALL_DRAWS, measureCache} from './cache/measures.ts';
import {report} from './render/figures.ts';

process.exitCode = report(await measureCache(ALL_DRAWS)).length > 0 ? 1 : 0;
