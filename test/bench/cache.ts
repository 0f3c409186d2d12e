// npm run bench:cache: how often a kept answer is given to another question, and what time a kept answer takes.
import {ALL_DRAWS, measureCache} from './cache/measures.ts';
import {report} from './render/figures.ts';

process.exitCode = report(await measureCache(ALL_DRAWS)).length > 0 ? 1 : 0;
